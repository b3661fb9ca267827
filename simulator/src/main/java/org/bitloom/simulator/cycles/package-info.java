/**
 * Exact cycles from token counts. Read {@link org.bitloom.simulator.cycles.Simulator} first, then
 * {@link org.bitloom.simulator.cycles.LayerTiming}. May import {@code plan} and below.
 */
package org.bitloom.simulator.cycles;
