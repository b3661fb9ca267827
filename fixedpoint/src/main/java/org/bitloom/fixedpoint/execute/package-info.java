/**
 * Running a quantized network on integers.
 *
 * <p>{@link org.bitloom.fixedpoint.execute.ReferenceExecutor} is the definition: short, slow,
 * obviously right. {@link org.bitloom.fixedpoint.execute.FastExecutor} gives the same codes in less
 * time. May import {@code network} and below.
 */
package org.bitloom.fixedpoint.execute;
