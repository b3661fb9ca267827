/** The program {@code bitloom}. Read {@link org.bitloom.cli.Main} first. */
package org.bitloom.cli;
