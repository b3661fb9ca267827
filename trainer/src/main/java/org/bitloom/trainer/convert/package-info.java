/**
 * From a trained float network to a quantized one. Read {@link
 * org.bitloom.trainer.convert.Converter} first. May import {@code layer}, {@code data} and all of
 * fixedpoint.
 */
package org.bitloom.trainer.convert;
