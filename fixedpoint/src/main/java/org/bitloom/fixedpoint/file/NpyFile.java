package org.bitloom.fixedpoint.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bitloom.fixedpoint.error.BadInputException;
import org.bitloom.fixedpoint.tensor.CodeTensor;
import org.bitloom.fixedpoint.tensor.Shape;

/**
 * NumPy's {@code .npy} (format versions 1 to 3): integer tensors of 8, 16 and 32 bits, C order. An
 * own codec, because the format is a header line and the bytes.
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{\\s*'descr':\\s*'([<>|=]?)([iuf])(\\d)',\\s*'fortran_order':\\s*(True|False),"
              + "\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*\\}\\s*");

  private NpyFile() {}

  /** Width of the integers in a file. */
  public enum Width {
    /** int8. */
    I8("|i1", 1),
    /** int16. */
    I16("<i2", 2),
    /** int32. */
    I32("<i4", 4);

    private final String descr;
    private final int bytes;

    Width(String descr, int bytes) {
      this.descr = descr;
      this.bytes = bytes;
    }

    /** The narrowest width for codes of {@code bits} bits. */
    public static Width of(int bits) {
      return bits <= 8 ? I8 : bits <= 16 ? I16 : I32;
    }
  }

  /** Writes a tensor. */
  public static void write(Path file, CodeTensor tensor, Width width) {
    SafeWrite.bytes(file, encode(tensor, width));
  }

  /** The bytes of a {@code .npy} file. */
  public static byte[] encode(CodeTensor tensor, Width width) {
    List<Integer> dims = tensor.shape().dims();
    String shape = dims.toString().replace("[", "(").replace("]", dims.size() == 1 ? ",)" : ")");
    String header =
        "{'descr': '" + width.descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    int pad = 64 - (10 + header.length() + 1) % 64;
    byte[] text = (header + " ".repeat(pad % 64) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer b =
        ByteBuffer.allocate(10 + text.length + tensor.size() * width.bytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    b.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length).put(text);
    for (int i = 0; i < tensor.size(); i++) {
      int v = tensor.get(i);
      switch (width) {
        case I8 -> b.put((byte) v);
        case I16 -> b.putShort((short) v);
        case I32 -> b.putInt(v);
      }
    }
    return b.array();
  }

  /** Reads an integer tensor the user named. */
  public static CodeTensor read(Path file) {
    return decode(SafeWrite.read(file, "give a .npy file of integers"), file.toString());
  }

  /** The tensor in the bytes of a {@code .npy} file; {@code where} names it in errors. */
  public static CodeTensor decode(byte[] bytes, String where) {
    Matcher m = header(bytes, where);
    if (m.group(2).equals("f")) {
      throw bad(where, "holds floats, big-endian or Fortran-order data", null);
    }
    return elements(data(bytes), m, where);
  }

  /**
   * Numbers of any kind.
   *
   * @param shape extents
   * @param values row major
   * @param integers whether the file holds integers
   */
  public record Numbers(Shape shape, float[] values, boolean integers) {}

  /** Reads a tensor of integers, float32 or float64 the user named. */
  public static Numbers numbers(Path file) {
    String where = file.toString();
    byte[] bytes = SafeWrite.read(file, "give a .npy file of numbers");
    Matcher m = header(bytes, where);
    ByteBuffer b = data(bytes);
    if (!m.group(2).equals("f")) {
      CodeTensor t = elements(b, m, where);
      float[] v = new float[t.size()];
      for (int i = 0; i < v.length; i++) {
        v[i] = t.get(i);
      }
      return new Numbers(t.shape(), v, true);
    }
    int width = Integer.parseInt(m.group(3));
    Shape shape = shape(m, where);
    if (width != 4 && width != 8 || (long) shape.size() * width != b.remaining()) {
      throw bad(where, "holds f" + width + " elements that do not fit its shape", null);
    }
    float[] v = new float[shape.size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = width == 4 ? b.getFloat() : (float) b.getDouble();
    }
    return new Numbers(shape, v, false);
  }

  private static int start(byte[] bytes) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return bytes[6] == 1
        ? 10 + (b.getShort(8) & 0xffff)
        : (int) Math.min(bytes.length, 12 + (b.getInt(8) & 0xffffffffL));
  }

  private static ByteBuffer data(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(start(bytes));
  }

  private static Matcher header(byte[] bytes, String where) {
    if (bytes.length < 12 || java.util.Arrays.mismatch(bytes, 0, 6, MAGIC, 0, 6) >= 0) {
      throw bad(where, "does not start like a .npy file", null);
    }
    int version = bytes[6];
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? b.getShort(8) & 0xffff : b.getInt(8) & 0xffffffffL;
    int start = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || start + length > bytes.length) {
      throw bad(where, "has a cut header or unknown version " + version, null);
    }
    String header = new String(bytes, start, (int) length, StandardCharsets.UTF_8);
    Matcher m = HEADER.matcher(header);
    if (!m.matches()) {
      throw bad(where, "has the header " + header.strip() + ", which is not understood", null);
    }
    if (m.group(4).equals("True") || m.group(1).equals(">")) {
      throw bad(where, "holds floats, big-endian or Fortran-order data", null);
    }
    return m;
  }

  private static Shape shape(Matcher m, String where) {
    List<Integer> dims = new ArrayList<>();
    try {
      for (String d : m.group(5).split(",")) {
        if (!d.isBlank()) {
          dims.add(Integer.valueOf(d.strip()));
        }
      }
      return new Shape(dims.isEmpty() ? List.of(1) : dims);
    } catch (IllegalArgumentException e) {
      throw bad(where, "has the shape (" + m.group(5) + "), which is empty or too large", e);
    }
  }

  private static CodeTensor elements(ByteBuffer b, Matcher m, String where) {
    Shape shape = shape(m, where);
    int width = Integer.parseInt(m.group(3));
    boolean signed = m.group(2).equals("i");
    if (width != 1 && width != 2 && width != 4 || !signed && width == 4) {
      throw bad(where, "holds " + m.group(2) + width + " elements", null);
    }
    if ((long) shape.size() * width != b.remaining()) {
      throw bad(
          where,
          "holds "
              + b.remaining()
              + " bytes of data, shape "
              + shape
              + " needs "
              + (long) shape.size() * width,
          null);
    }
    int[] codes = new int[shape.size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] =
          switch (width) {
            case 1 -> signed ? b.get() : b.get() & 0xff;
            case 2 -> signed ? b.getShort() : b.getShort() & 0xffff;
            default -> b.getInt();
          };
    }
    return CodeTensor.wrap(shape, codes);
  }

  private static BadInputException bad(String where, String what, Throwable cause) {
    return new BadInputException(
        where, what, "write it with numpy.save as int8, int16 or int32", cause);
  }
}
