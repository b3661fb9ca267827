package org.bitloom.fixedpoint.file;

import java.util.Collection;

/** "Did you mean": the known word nearest to a misspelt one. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * {@code ", did you mean x?"} if a known word is at most a third of its letters away, else
   * nothing.
   */
  public static String of(String word, Collection<?> known) {
    String best = null;
    int least = Integer.MAX_VALUE;
    if (known != null) {
      for (Object k : known) {
        int d = distance(word, k.toString());
        if (d < least) {
          least = d;
          best = k.toString();
        }
      }
    }
    return best != null && least <= Math.max(1, best.length() / 3)
        ? ", did you mean " + best + "?"
        : "";
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(row[j - 1], above) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
