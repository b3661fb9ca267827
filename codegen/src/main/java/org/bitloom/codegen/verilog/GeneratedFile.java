package org.bitloom.codegen.verilog;

/**
 * A file of a generated project.
 *
 * @param path relative to the project's folder, with slashes
 * @param content text
 */
public record GeneratedFile(String path, String content) {}
