/**
 * Shapes and immutable integer tensors. Read {@link org.bitloom.fixedpoint.tensor.CodeTensor}
 * first. Imports nothing else of the product.
 */
package org.bitloom.fixedpoint.tensor;
