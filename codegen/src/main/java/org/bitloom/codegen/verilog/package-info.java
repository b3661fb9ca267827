/**
 * A plan written down as Verilog, memory files, test bench and makefile. Adds no decision of its
 * own.
 *
 * <p>Read {@link org.bitloom.codegen.verilog.RtlProject} first. May import the simulator's plan.
 */
package org.bitloom.codegen.verilog;
