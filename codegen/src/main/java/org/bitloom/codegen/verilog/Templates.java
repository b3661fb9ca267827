package org.bitloom.codegen.verilog;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/** Renders the product's templates to memory. */
public final class Templates {
  private static final Configuration CONFIGURATION = configure();

  private Templates() {}

  private static Configuration configure() {
    Configuration c = new Configuration(Configuration.VERSION_2_3_34);
    c.setClassLoaderForTemplateLoading(Templates.class.getClassLoader(), "org/bitloom/codegen");
    c.setDefaultEncoding("UTF-8");
    c.setLocale(Locale.ROOT);
    c.setNumberFormat("c"); // or 4096 would print as 4,096
    c.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    c.setLogTemplateExceptions(false);
    c.setInterpolationSyntax(Configuration.DOLLAR_INTERPOLATION_SYNTAX);
    return c;
  }

  /**
   * The text of a template.
   *
   * @param name such as {@code rtl-templates/bl_core.v.ftl}
   * @param model the data, by name
   */
  public static String render(String name, Map<String, Object> model) {
    StringWriter out = new StringWriter();
    try {
      CONFIGURATION.getTemplate(name).process(model, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException("template " + name + ": " + e.getMessage(), e);
    }
    return out.toString();
  }
}
