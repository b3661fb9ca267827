package org.bitloom.cli.command;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.bitloom.codegen.verify.Verifier;

/** Messages and progress, all on standard error: standard output belongs to results. */
final class Console {
  private Console() {}

  private static final boolean TERMINAL = System.console() != null && System.console().isTerminal();

  static void say(String text) {
    System.err.println(TERMINAL ? "\r\033[K" + text : text); // over a progress bar, if there is one
  }

  /** A progress bar; without a terminal it prints rarely. */
  static ProgressBar bar(String task, long total) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(TERMINAL ? 200 : 10_000)
            .setMaxRenderedLength(100);
    if (!TERMINAL) {
      builder.setConsumer(new DelegatingProgressBarConsumer(Console::say));
    }
    return builder.build();
  }

  /** Shows the stages of a verification. */
  static Verifier.Listener stages(String prefix) {
    return new Verifier.Listener() {
      @Override
      public void stage(String name) {
        say(
            prefix
                + switch (name) {
                  case "generate" -> "writing the Verilog";
                  case "build" -> "building it in Verilator";
                  case "run" -> "running it and comparing every value and cycle";
                  default -> "rerunning with a waveform";
                });
      }

      @Override
      public void note(String text) {
        say(prefix + text);
      }
    };
  }
}
