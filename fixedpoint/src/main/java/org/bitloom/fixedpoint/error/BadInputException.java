package org.bitloom.fixedpoint.error;

/** A file, option or model that cannot be used: exit status 2. */
public final class BadInputException extends BitloomException {
  private static final long serialVersionUID = 1L;

  /**
   * @param where the file, key, layer or option
   * @param what what is wrong with it, with the value found
   * @param mend what to do about it
   */
  public BadInputException(String where, String what, String mend) {
    this(where, what, mend, null);
  }

  /** The same, keeping the cause for {@code --verbose}. */
  public BadInputException(String where, String what, String mend, Throwable cause) {
    super(oneLine(where + ": " + what + "; " + mend), cause);
  }

  private static String oneLine(String s) {
    return s.replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}
