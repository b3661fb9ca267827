package org.bitloom.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md point down only. */
class ModuleArrowsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(
              "org.bitloom.fixedpoint",
              "org.bitloom.trainer",
              "org.bitloom.simulator",
              "org.bitloom.codegen",
              "org.bitloom.cli");

  @Test
  void modulesOnlySeeWhatLiesBelow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("org.bitloom..")
        .layer("cli")
        .definedBy("org.bitloom.cli..")
        .layer("codegen")
        .definedBy("org.bitloom.codegen..")
        .layer("trainer")
        .definedBy("org.bitloom.trainer..")
        .layer("simulator")
        .definedBy("org.bitloom.simulator..")
        .layer("fixedpoint")
        .definedBy("org.bitloom.fixedpoint..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("codegen")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("trainer")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("simulator")
        .mayOnlyBeAccessedByLayers("cli", "codegen")
        .whereLayer("fixedpoint")
        .mayOnlyBeAccessedByLayers("cli", "codegen", "trainer", "simulator")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    for (String module : new String[] {"fixedpoint", "trainer", "simulator", "codegen"}) {
      slices()
          .matching("org.bitloom." + module + ".(*)..")
          .should()
          .beFreeOfCycles()
          .check(CLASSES);
    }
  }

  @Test
  void noPackageIsNamedAfterNothing() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..util..", "..common..", "..helper..", "..impl..", "..misc..", "..manager..")
        .check(CLASSES);
  }
}
