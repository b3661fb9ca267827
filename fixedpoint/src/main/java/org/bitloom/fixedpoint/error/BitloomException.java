package org.bitloom.fixedpoint.error;

/**
 * A failure that the user can mend: one line that says what, where and how. Caught once, in the
 * command line.
 */
public abstract sealed class BitloomException extends RuntimeException
    permits BadInputException, MissingToolException {
  private static final long serialVersionUID = 1L;

  BitloomException(String message, Throwable cause) {
    super(message, cause);
  }
}
