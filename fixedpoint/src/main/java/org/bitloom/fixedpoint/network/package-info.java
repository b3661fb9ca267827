/**
 * The quantized network: an immutable graph of operations over tensors that each have a format.
 *
 * <p>Read {@link org.bitloom.fixedpoint.network.QuantizedNetwork} and {@link
 * org.bitloom.fixedpoint.network.Operation} first. May import {@code format}, {@code tensor} and
 * {@code requantize}.
 */
package org.bitloom.fixedpoint.network;
