package dev.weir.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.weir", importOptions = ImportOption.DoNotIncludeTests.class)
class EngineArchitectureTest {

    @ArchTest
    static final ArchRule engineKnowsNoNetworkNoDatabaseAndNoSpring =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.engine..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.net..",
                            "java.sql..",
                            "javax.sql..",
                            "org.springframework..",
                            "tools.jackson..",
                            "net.openhft..",
                            "dev.weir.blockio.nbd..",
                            "dev.weir.blockio.file..");

    @ArchTest
    static final ArchRule metadataKnowsNothingOfMaps =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.engine.metadata..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weir.engine.thin..");
}
