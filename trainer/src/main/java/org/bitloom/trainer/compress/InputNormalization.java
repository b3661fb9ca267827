package org.bitloom.trainer.compress;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bitloom.fixedpoint.tensor.Shape;
import org.bitloom.trainer.data.Dataset;
import org.bitloom.trainer.layer.DenseLayer;
import org.bitloom.trainer.layer.Layer;
import org.bitloom.trainer.layer.Parameter;
import org.bitloom.trainer.layer.ScaleLayer;
import org.bitloom.trainer.layer.Transforms;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Normalization of the input, measured on training images and written into the network as its first
 * layer, so that every later step sees the same raw input.
 */
public final class InputNormalization {
  private static final int MOST = 4096; // inputs of a whitening
  private static final int IMAGES = 10_000; // that statistics are taken of

  private InputNormalization() {}

  /** {@code (x - min) / (max - min)} for each channel. */
  public static Layer minMax(Dataset data) {
    int c = data.shape().channels();
    float[] lo = new float[c];
    float[] hi = new float[c];
    Arrays.fill(lo, Float.POSITIVE_INFINITY);
    Arrays.fill(hi, Float.NEGATIVE_INFINITY);
    float[] x = new float[data.shape().size()];
    for (int i = 0; i < Math.min(data.size(), IMAGES); i++) {
      data.reals(i, x, 0);
      for (int j = 0; j < x.length; j++) {
        lo[j % c] = Math.min(lo[j % c], x[j]);
        hi[j % c] = Math.max(hi[j % c], x[j]);
      }
    }
    float[] factor = new float[c];
    float[] offset = new float[c];
    for (int k = 0; k < c; k++) {
      factor[k] = hi[k] > lo[k] ? 1 / (hi[k] - lo[k]) : 1;
      offset[k] = -lo[k] * factor[k];
    }
    return new ScaleLayer("normalization", data.shape(), factor, offset);
  }

  /** {@code (x - mean) / deviation} for each channel. */
  public static Layer standardization(Dataset data, double epsilon) {
    int c = data.shape().channels();
    double[] sum = new double[c];
    double[] squares = new double[c];
    float[] x = new float[data.shape().size()];
    int n = Math.min(data.size(), IMAGES);
    for (int i = 0; i < n; i++) {
      data.reals(i, x, 0);
      for (int j = 0; j < x.length; j++) {
        sum[j % c] += x[j];
        squares[j % c] += (double) x[j] * x[j];
      }
    }
    double count = (double) n * x.length / c;
    float[] factor = new float[c];
    float[] offset = new float[c];
    for (int k = 0; k < c; k++) {
      double mean = sum[k] / count;
      double variance = Math.max(0, squares[k] / count - mean * mean);
      factor[k] = (float) (1 / Math.sqrt(variance + epsilon));
      offset[k] = (float) (-mean * factor[k]);
    }
    return new ScaleLayer("normalization", data.shape(), factor, offset);
  }

  /**
   * PCA whitening: {@code y = (Lambda + epsilon)^(-1/2) V^T (x - mean)} with the eigenvectors of
   * the covariance of largest eigenvalue; a dense layer that is not trained.
   *
   * @param components number of eigenvectors
   */
  public static Layer whitening(Dataset data, int components, double epsilon) {
    int d = data.shape().size();
    if (d > MOST || components < 1 || components > d) {
      throw new IllegalArgumentException(
          "pca_whitening of " + components + " components of " + d + " inputs, at most " + MOST);
    }
    int n = Math.min(data.size(), IMAGES);
    DMatrixRMaj rows = new DMatrixRMaj(n, d);
    float[] x = new float[d];
    double[] mean = new double[d];
    for (int i = 0; i < n; i++) {
      data.reals(i, x, 0);
      for (int j = 0; j < d; j++) {
        rows.data[i * d + j] = x[j];
        mean[j] += x[j] / (double) n;
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        rows.data[i * d + j] -= mean[j];
      }
    }
    DMatrixRMaj covariance = new DMatrixRMaj(d, d);
    CommonOps_DDRM.multTransA(1.0 / n, rows, rows, covariance);
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
    if (!eigen.decompose(covariance)) {
      throw new IllegalArgumentException("the covariance of the input has no eigenvectors");
    }
    int[] order =
        IntStream.range(0, d)
            .boxed()
            .sorted((a, b) -> Double.compare(value(eigen, b), value(eigen, a)))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] w = new float[components * d];
    float[] b = new float[components];
    for (int k = 0; k < components; k++) {
      DMatrixRMaj v = eigen.getEigenVector(order[k]);
      double scale = 1 / Math.sqrt(Math.max(0, value(eigen, order[k])) + epsilon);
      double dot = 0;
      for (int j = 0; j < d; j++) {
        w[k * d + j] = (float) (scale * v.data[j]);
        dot += scale * v.data[j] * mean[j];
      }
      b[k] = (float) -dot;
    }
    Parameter weight = new Parameter("normalization.weight", Shape.of(components, d), w);
    Parameter bias = new Parameter("normalization.bias", Shape.of(components), b);
    weight.attach(new Transforms.Frozen(w));
    bias.attach(new Transforms.Frozen(b));
    return new DenseLayer("normalization", data.shape(), weight, bias);
  }

  private static double value(EigenDecomposition_F64<DMatrixRMaj> e, int i) {
    return e.getEigenvalue(i).real;
  }
}
