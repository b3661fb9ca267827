package org.bitloom.fixedpoint.file;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Map;
import org.bitloom.fixedpoint.format.ActivationFormat;
import org.bitloom.fixedpoint.format.AffineFormat;
import org.bitloom.fixedpoint.format.ChannelScales;
import org.bitloom.fixedpoint.format.CodeBook;
import org.bitloom.fixedpoint.format.LogFormat;
import org.bitloom.fixedpoint.format.QFormat;
import org.bitloom.fixedpoint.format.WeightFormat;
import org.bitloom.fixedpoint.network.Add;
import org.bitloom.fixedpoint.network.Addition;
import org.bitloom.fixedpoint.network.AveragePool2d;
import org.bitloom.fixedpoint.network.Concatenate;
import org.bitloom.fixedpoint.network.Constant;
import org.bitloom.fixedpoint.network.Conv2d;
import org.bitloom.fixedpoint.network.Dense;
import org.bitloom.fixedpoint.network.Flatten;
import org.bitloom.fixedpoint.network.Lookup;
import org.bitloom.fixedpoint.network.MaxPool2d;
import org.bitloom.fixedpoint.network.Mean;
import org.bitloom.fixedpoint.network.Multiply;
import org.bitloom.fixedpoint.network.Operation;
import org.bitloom.fixedpoint.network.Pad;
import org.bitloom.fixedpoint.network.Relu;
import org.bitloom.fixedpoint.network.Requantize;
import org.bitloom.fixedpoint.network.Softmax;
import org.bitloom.fixedpoint.network.Trim;
import org.bitloom.fixedpoint.requantize.MultiplierRequantization;
import org.bitloom.fixedpoint.requantize.Requantization;
import org.bitloom.fixedpoint.requantize.ShiftRequantization;
import org.bitloom.fixedpoint.tensor.CodeTensor;

/**
 * How the network's records become JSON: records field by field, closed families by a {@code kind}.
 */
final class NetworkJson {
  private NetworkJson() {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @Type(value = Conv2d.class, name = "conv2d"),
    @Type(value = Dense.class, name = "dense"),
    @Type(value = MaxPool2d.class, name = "max_pool"),
    @Type(value = AveragePool2d.class, name = "average_pool"),
    @Type(value = Relu.class, name = "relu"),
    @Type(value = Flatten.class, name = "flatten"),
    @Type(value = Mean.class, name = "mean"),
    @Type(value = Add.class, name = "add"),
    @Type(value = Multiply.class, name = "multiply"),
    @Type(value = Concatenate.class, name = "concatenate"),
    @Type(value = Requantize.class, name = "requantize"),
    @Type(value = Pad.class, name = "pad"),
    @Type(value = Trim.class, name = "trim"),
    @Type(value = Lookup.class, name = "lookup"),
    @Type(value = Softmax.class, name = "softmax"),
    @Type(value = Constant.class, name = "constant")
  })
  private interface OperationKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @Type(value = AffineFormat.class, name = "affine"),
    @Type(value = ChannelScales.class, name = "symmetric"),
    @Type(value = QFormat.class, name = "dfp"),
    @Type(value = LogFormat.class, name = "log2"),
    @Type(value = CodeBook.class, name = "codebook")
  })
  private interface FormatKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @Type(value = MultiplierRequantization.class, name = "multiplier"),
    @Type(value = ShiftRequantization.class, name = "shift")
  })
  private interface RequantizationKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @Type(value = Addition.Affine.class, name = "affine"),
    @Type(value = Addition.FixedPoint.class, name = "dfp")
  })
  private interface AdditionKinds {}

  private static ObjectMapper mapper() {
    ObjectMapper m = new ObjectMapper();
    m.addMixIn(Operation.class, OperationKinds.class);
    m.addMixIn(ActivationFormat.class, FormatKinds.class);
    m.addMixIn(WeightFormat.class, FormatKinds.class);
    m.addMixIn(Requantization.class, RequantizationKinds.class);
    m.addMixIn(Addition.class, AdditionKinds.class);
    m.enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    m.enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
    m.enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
    return m;
  }

  /**
   * A mapper that puts each tensor into {@code entries} and writes its entry name into the JSON.
   */
  static ObjectMapper writer(Map<String, byte[]> entries) {
    SimpleModule module = new SimpleModule();
    module.addSerializer(new TensorWriter(entries));
    return mapper().registerModule(module);
  }

  /** A mapper that takes tensors from {@code entries}. */
  static ObjectMapper reader(Map<String, byte[]> entries, String where) {
    SimpleModule module = new SimpleModule();
    module.addDeserializer(CodeTensor.class, new TensorReader(entries, where));
    return mapper().registerModule(module);
  }

  private static final class TensorWriter extends StdSerializer<CodeTensor> {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, byte[]> entries;

    TensorWriter(Map<String, byte[]> entries) {
      super(CodeTensor.class);
      this.entries = entries;
    }

    @Override
    public void serialize(CodeTensor t, JsonGenerator json, SerializerProvider p)
        throws IOException {
      String name = "tensors/" + entries.size() + ".npy";
      entries.put(name, NpyFile.encode(t, width(t)));
      json.writeString(name);
    }

    private static NpyFile.Width width(CodeTensor t) {
      int bits = 1;
      for (int i = 0; i < t.size(); i++) {
        int v = t.get(i);
        bits = Math.max(bits, 33 - Integer.numberOfLeadingZeros(v < 0 ? ~v : v));
      }
      return NpyFile.Width.of(bits);
    }
  }

  private static final class TensorReader extends StdDeserializer<CodeTensor> {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, byte[]> entries;
    private final String where;

    TensorReader(Map<String, byte[]> entries, String where) {
      super(CodeTensor.class);
      this.entries = entries;
      this.where = where;
    }

    @Override
    public CodeTensor deserialize(JsonParser json, DeserializationContext c) throws IOException {
      String name = json.getValueAsString();
      byte[] bytes = name == null ? null : entries.get(name);
      if (bytes == null) {
        throw new IllegalArgumentException("tensor entry " + name + " is missing");
      }
      return NpyFile.decode(bytes, where + "!" + name);
    }
  }
}
