/**
 * Float networks as ONNX files, the one place where NHWC meets NCHW. Read {@link
 * org.bitloom.trainer.onnx.OnnxExport} and {@link org.bitloom.trainer.onnx.OnnxImport}.
 */
package org.bitloom.trainer.onnx;
