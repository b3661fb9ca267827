/**
 * Smaller networks from trained ones: structured pruning, factorisation, shared weights; and
 * normalization of the input, which is linear algebra as well. May import {@code layer} and {@code
 * data}.
 */
package org.bitloom.trainer.compress;
