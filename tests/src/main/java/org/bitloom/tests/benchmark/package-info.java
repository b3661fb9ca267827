/** JMH benchmarks. Run one with {@code bitloom}'s class path: see docs/decisions.md. */
package org.bitloom.tests.benchmark;
