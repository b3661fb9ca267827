/**
 * One class a command; no arithmetic here. Read {@link org.bitloom.cli.command.VerifyCommand} for
 * the pattern.
 */
package org.bitloom.cli.command;
