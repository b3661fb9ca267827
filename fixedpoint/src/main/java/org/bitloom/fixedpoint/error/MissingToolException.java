package org.bitloom.fixedpoint.error;

/** An outside program that is not installed: exit status 3. */
public final class MissingToolException extends BitloomException {
  private static final long serialVersionUID = 1L;

  /**
   * @param tool the program looked for
   * @param install the command that installs it
   */
  public MissingToolException(String tool, String install) {
    super(tool + " is not installed; run: " + install, null);
  }
}
