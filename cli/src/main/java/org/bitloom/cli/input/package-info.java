/**
 * What commands read: networks, samples, data sets. Read {@link org.bitloom.cli.input.Samples}
 * first.
 */
package org.bitloom.cli.input;
