/** JSON and HTML of results. Read {@link org.bitloom.cli.report.JsonReport} first. */
package org.bitloom.cli.report;
