/**
 * Number formats: what an integer code means, and how a real becomes one.
 *
 * <p>Read {@link org.bitloom.fixedpoint.format.ActivationFormat} first, then {@link
 * org.bitloom.fixedpoint.format.QFormat}. Throughout, <em>raw</em> or <em>code</em> is the stored
 * integer and <em>real</em> the number it stands for. Imports nothing else of the product.
 */
package org.bitloom.fixedpoint.format;
