/**
 * From observed reals to formats: statistics and threshold choices (method catalogue Q5).
 *
 * <p>Read {@link org.bitloom.fixedpoint.calibrate.Calibration} first. May import {@code format}.
 */
package org.bitloom.fixedpoint.calibrate;
