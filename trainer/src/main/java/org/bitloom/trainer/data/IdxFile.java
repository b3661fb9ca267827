package org.bitloom.trainer.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.bitloom.fixedpoint.error.BadInputException;

/**
 * MNIST's IDX format, gzipped or not: magic {@code 00 00 08 rank}, big-endian extents, unsigned
 * bytes.
 */
final class IdxFile {
  private static final long MAX_BYTES = 1L << 31;

  private IdxFile() {}

  /** Extents and bytes of a file. */
  record Content(int[] dims, byte[] bytes) {}

  static Content parse(byte[] file, String where, int rank) {
    byte[] raw = inflate(file, where);
    if (raw.length < 4 + 4 * rank || raw[0] != 0 || raw[1] != 0 || raw[2] != 8 || raw[3] != rank) {
      throw bad(where, "is not an IDX file of unsigned bytes with " + rank + " extents", null);
    }
    ByteBuffer b = ByteBuffer.wrap(raw, 4, raw.length - 4);
    int[] dims = new int[rank];
    long size = 1;
    for (int i = 0; i < rank; i++) {
      dims[i] = b.getInt();
      if (dims[i] < 1) {
        throw bad(where, "has the extent " + dims[i], null);
      }
      size = Math.multiplyExact(Math.min(size, MAX_BYTES), (long) dims[i]);
    }
    if (size != b.remaining()) {
      throw bad(
          where, "is cut: its header promises " + size + " bytes, it holds " + b.remaining(), null);
    }
    byte[] bytes = new byte[(int) size];
    b.get(bytes);
    return new Content(dims, bytes);
  }

  private static byte[] inflate(byte[] file, String where) {
    if (file.length < 2 || (file[0] & 0xff) != 0x1f || (file[1] & 0xff) != 0x8b) {
      return file;
    }
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(new ByteArrayInputStream(file)))) {
      return in.readNBytes(1 << 30);
    } catch (IOException e) {
      throw bad(where, "is a damaged or cut gzip file (" + e.getMessage() + ")", e);
    }
  }

  private static BadInputException bad(String where, String what, Throwable cause) {
    return new BadInputException(where, what, "install or copy the data set again", cause);
  }
}
