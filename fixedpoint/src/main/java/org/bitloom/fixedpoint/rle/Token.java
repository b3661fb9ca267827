package org.bitloom.fixedpoint.rle;

/**
 * {@code run} zeros, then {@code value}.
 *
 * @param last whether this ends the pixel; zeros that follow it are implied
 * @param run number of zeros before the value
 * @param value the stored code, which may be the zero code itself
 */
public record Token(boolean last, int run, int value) {}
