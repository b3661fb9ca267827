/**
 * The generated hardware against the simulator, in Verilator. Read {@link
 * org.bitloom.codegen.verify.Verifier} first. May import {@code verilog} and the simulator.
 */
package org.bitloom.codegen.verify;
