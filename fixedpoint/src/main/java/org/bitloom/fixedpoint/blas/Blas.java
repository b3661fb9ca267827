package org.bitloom.fixedpoint.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * {@code C = alpha op(A) op(B) + beta C} on heap arrays without a copy: OpenBLAS through the
 * foreign function API. OpenBLAS itself runs on one thread; the trainer spreads samples over the
 * cores, so that results do not depend on how many there are.
 */
public final class Blas {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANS = 111;
  private static final int TRANS = 112;
  private static final MethodHandle SGEMM = load();

  private Blas() {}

  @SuppressWarnings("restricted") // native access is what this class is for
  private static MethodHandle load() {
    Loader.load(openblas_nolapack.class);
    String library =
        Loader.getLoadedLibraries().values().stream()
            .filter(p -> Path.of(p).getFileName().toString().startsWith("libopenblas"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("OpenBLAS was not unpacked"));
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    ValueLayout.OfInt i = ValueLayout.JAVA_INT;
    ValueLayout.OfFloat f = ValueLayout.JAVA_FLOAT;
    var p = ValueLayout.ADDRESS;
    Linker linker = Linker.nativeLinker();
    try {
      linker
          .downcallHandle(
              symbols.find("openblas_set_num_threads").orElseThrow(), FunctionDescriptor.ofVoid(i))
          .invokeExact(1);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
    return linker.downcallHandle(
        symbols.find("cblas_sgemm").orElseThrow(),
        FunctionDescriptor.ofVoid(i, i, i, i, i, i, f, p, i, p, i, f, p, i),
        Linker.Option.critical(true));
  }

  /**
   * Row-major product; {@code op(A)} is m x k, {@code op(B)} is k x n, C is m x n, all densely
   * packed.
   *
   * @param beta 0 to overwrite C, 1 to add to it
   */
  public static void multiply(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float[] a,
      float[] b,
      float beta,
      float[] c) {
    multiply(transA, transB, m, n, k, a, 0, b, 0, beta, c, 0);
  }

  /** The same with the first element of each matrix given. */
  public static void multiply(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float[] a,
      int fromA,
      float[] b,
      int fromB,
      float beta,
      float[] c,
      int fromC) {
    if (fromA + m * k > a.length || fromB + k * n > b.length || fromC + m * n > c.length) {
      throw new IllegalArgumentException(
          "matrices of " + m + "x" + k + ", " + k + "x" + n + " exceed their arrays");
    }
    try {
      SGEMM.invokeExact(
          ROW_MAJOR,
          transA ? TRANS : NO_TRANS,
          transB ? TRANS : NO_TRANS,
          m,
          n,
          k,
          1f,
          MemorySegment.ofArray(a).asSlice(4L * fromA),
          transA ? m : k,
          MemorySegment.ofArray(b).asSlice(4L * fromB),
          transB ? k : n,
          beta,
          MemorySegment.ofArray(c).asSlice(4L * fromC),
          n);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
