/**
 * Layers on real numbers, forward and backward, samples as {@code [n][y][x][c]} in one array.
 *
 * <p>Read {@link org.bitloom.trainer.layer.Layer} first. May import {@code blas} and the tensor
 * shapes.
 */
package org.bitloom.trainer.layer;
