/**
 * Random networks and machines to try the chain on. Read {@link
 * org.bitloom.codegen.fuzz.RandomNetwork}.
 */
package org.bitloom.codegen.fuzz;
