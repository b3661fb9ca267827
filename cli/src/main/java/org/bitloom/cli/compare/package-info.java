/**
 * Two models side by side. Read {@link org.bitloom.cli.compare.Model} first, then {@link
 * org.bitloom.cli.compare.Comparison}.
 */
package org.bitloom.cli.compare;
