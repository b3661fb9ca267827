/**
 * Import of int8 TensorFlow Lite models. Read {@link org.bitloom.fixedpoint.tflite.TfliteImport}
 * first. May import every other package of the module.
 */
package org.bitloom.fixedpoint.tflite;
