package dev.weir.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.web.bind.annotation.RestController;

/** Who may know whom. */
@AnalyzeClasses(packages = "dev.weir", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule BLOCK_IO_KNOWS_BYTES_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.blockio..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weir.engine..",
                            "dev.weir.db..",
                            "dev.weir.controller..",
                            "org.springframework..",
                            "java.sql..",
                            "tools.jackson..");

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_BLOCK_IO_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.engine..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weir.db..",
                            "dev.weir.controller..",
                            "dev.weir.blockio.nbd..",
                            "java.net..",
                            "org.springframework..",
                            "java.sql..",
                            "tools.jackson..");

    @ArchTest
    static final ArchRule THE_DATABASE_KNOWS_NOBODY =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.db..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weir.blockio..", "dev.weir.engine..", "dev.weir.controller..");

    @ArchTest
    static final ArchRule THE_CONTROLLER_ASKS_STORES =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.controller..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "jakarta.persistence..",
                            "org.hibernate..",
                            "org.springframework.data..",
                            "org.springframework.jdbc..",
                            "java.sql..");

    @ArchTest
    static final ArchRule THE_INSIDE_OF_THE_ENGINE_IS_ITS_OWN =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.controller..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weir.engine.*..");

    @ArchTest
    static final ArchRule FEATURES_HAVE_NO_CYCLES =
            slices().matching("dev.weir.controller.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CONTROLLERS_ARE_HIDDEN =
            classes().that().areAnnotatedWith(RestController.class).should().bePackagePrivate();
}
