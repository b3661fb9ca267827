/**
 * Files: the {@code .bitloom} network and NumPy's {@code .npy} tensor, both written so that a crash
 * never leaves half a file in the place of a good one.
 *
 * <p>Read {@link org.bitloom.fixedpoint.file.NetworkFile} first. May import every other package of
 * the module.
 */
package org.bitloom.fixedpoint.file;
