/**
 * What a user did wrong, or what the machine lacks, as a small closed family.
 *
 * <p>Read {@link org.bitloom.fixedpoint.error.BitloomException} first. Imports nothing of the
 * product.
 */
package org.bitloom.fixedpoint.error;
