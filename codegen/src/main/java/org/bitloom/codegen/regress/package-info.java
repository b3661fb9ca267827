/**
 * Regression suites: networks, machines and inputs with what must not change about them. Read
 * {@link org.bitloom.codegen.regress.Suite}, then {@link org.bitloom.codegen.regress.Regression}.
 * May import {@code verify} and below.
 */
package org.bitloom.codegen.regress;
