package dev.weir.blockio;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.weir", importOptions = ImportOption.DoNotIncludeTests.class)
class BlockIoArchitectureTest {

    @ArchTest
    static final ArchRule onlyMemoryKnowsChronicle =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weir.blockio.memory..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("net.openhft..");

    @ArchTest
    static final ArchRule facesDoNotKnowEachOther =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.weir.blockio.nbd..", "dev.weir.blockio.iscsi..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weir.blockio.file..");

    @ArchTest
    static final ArchRule iscsiDoesNotKnowNbd =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.blockio.iscsi..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weir.blockio.nbd..");

    @ArchTest
    static final ArchRule scsiKnowsNoTransport =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.blockio.scsi..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weir.blockio.iscsi..",
                            "dev.weir.blockio.nbd..",
                            "dev.weir.blockio.wire..",
                            "java.net..",
                            "java.nio.channels..");

    @ArchTest
    static final ArchRule theWireKnowsNoProtocol =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.blockio.wire..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weir.blockio.iscsi..",
                            "dev.weir.blockio.nbd..",
                            "dev.weir.blockio.scsi..");

    @ArchTest
    static final ArchRule blockIoKnowsNoSpringNoSqlAndNoPools =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weir.blockio..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.springframework..",
                            "java.sql..",
                            "tools.jackson..",
                            "dev.weir.engine..");
}
