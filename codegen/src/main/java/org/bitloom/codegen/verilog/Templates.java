package org.bitloom.codegen.verilog;

import freemarker.cache.ClassTemplateLoader;
import freemarker.cache.FileTemplateLoader;
import freemarker.cache.MultiTemplateLoader;
import freemarker.cache.TemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.bitloom.fixedpoint.error.BadInputException;

/** Renders the product's templates to memory. */
public final class Templates {
  /** Environment variable: a folder whose templates go before the product's. */
  private static final String OWN = "BITLOOM_TEMPLATES";

  private static final Configuration CONFIGURATION = configure();

  private Templates() {}

  private static Configuration configure() {
    Configuration c = new Configuration(Configuration.VERSION_2_3_34);
    TemplateLoader own =
        new ClassTemplateLoader(Templates.class.getClassLoader(), "org/bitloom/codegen");
    c.setTemplateLoader(own(own, System.getenv(OWN)));
    c.setDefaultEncoding("UTF-8");
    c.setLocale(Locale.ROOT);
    c.setNumberFormat("c"); // or 4096 would print as 4,096
    c.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    c.setLogTemplateExceptions(false);
    c.setInterpolationSyntax(Configuration.DOLLAR_INTERPOLATION_SYNTAX);
    return c;
  }

  /** Templates in a folder of the user's go before the product's. */
  private static TemplateLoader own(TemplateLoader shipped, String folder) {
    if (folder == null || folder.isBlank()) {
      return shipped;
    }
    try {
      TemplateLoader first = new FileTemplateLoader(new File(folder));
      return new MultiTemplateLoader(new TemplateLoader[] {first, shipped});
    } catch (IOException e) {
      throw new BadInputException(
          OWN,
          "names " + folder + ", which is not a folder",
          "give a folder with rtl-templates or testbenches in it",
          e);
    }
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
