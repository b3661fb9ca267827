/** What machine to build. Read {@link org.bitloom.simulator.config.AcceleratorConfig}. */
package org.bitloom.simulator.config;
