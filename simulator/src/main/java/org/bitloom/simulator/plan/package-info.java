/**
 * What a network becomes on a machine: steps in order, the memory map, every width and every
 * descriptor field. Simulation and code generation read the same plan and nothing else.
 *
 * <p>Read {@link org.bitloom.simulator.plan.Plan}, then {@link
 * org.bitloom.simulator.plan.LayerStep}. May import {@code config} and all of fixedpoint.
 */
package org.bitloom.simulator.plan;
