package dev.weir.blockio.iscsi;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.file.FileDevice;
import dev.weir.blockio.scsi.LogicalUnit;
import dev.weir.blockio.scsi.LogicalUnitConfig;
import dev.weir.blockio.scsi.ReservationStore;
import dev.weir.blockio.scsi.ScsiTarget;
import dev.weir.blockio.scsi.ScsiTargetConfig;
import dev.weir.blockio.scsi.TargetPort;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Serves one target with LUNs on memory, for conformance suites and trying out: LUN 1 writable, LUN
 * 2 read-only.
 *
 * <pre>
 *   DemoTarget [--port N] [--file PATH] [--size MIB] [--block 512|4096] [--chap user:secret]
 *              [--mutual user:secret] [--thick]
 * </pre>
 */
public final class DemoTarget {
    static final String NAME = "iqn.2026-01.dev.weir:demo";

    private DemoTarget() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> given = List.of(arguments);
        int port = Integer.parseInt(option(given, "--port", "0"));
        long sizeBytes = Long.parseLong(option(given, "--size", "256")) << 20;
        int blockBytes = Integer.parseInt(option(given, "--block", "512"));
        String file = option(given, "--file", "");
        boolean thin = !given.contains("--thick");
        BlockDevice device =
                file.isEmpty() ? new MemoryDevice(sizeBytes) : FileDevice.open(Path.of(file));
        try (ScsiTarget scsi = new ScsiTarget(ScsiTargetConfig.of(new TargetPort(NAME, 1, 1)))) {
            scsi.add(1, unit(1, device, blockBytes, false, thin));
            scsi.add(2, unit(2, new MemoryDevice(sizeBytes), blockBytes, true, thin));
            IscsiAccess access =
                    new IscsiAccess(
                            Set.of(),
                            credentials(option(given, "--chap", "")),
                            credentials(option(given, "--mutual", "")),
                            IscsiAccess.DEFAULT_MAX_SESSIONS);
            Targets targets = new Targets();
            targets.add(new IscsiTarget(NAME, scsi, access));
            try (IscsiServer server =
                    IscsiServer.start(
                            IscsiServerConfig.of(InetAddress.getLoopbackAddress(), port),
                            targets)) {
                int bound = server.addresses().getFirst().getPort();
                System.out.println("iscsi://127.0.0.1:" + bound + "/" + NAME + "/1");
                Thread.currentThread().join();
            }
        }
    }

    private static LogicalUnit unit(
            int number, BlockDevice device, int blockBytes, boolean readOnly, boolean thin) {
        return new LogicalUnit(
                new LogicalUnitConfig(
                        "WEIR",
                        "DEMO",
                        "0001",
                        "demo-" + number,
                        0x6000_0000_0000_0000L,
                        number,
                        blockBytes,
                        readOnly,
                        thin,
                        false),
                device,
                ReservationStore.volatileStore());
    }

    private static Optional<ChapCredentials> credentials(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : Optional.of(
                        new ChapCredentials(text.substring(0, colon), text.substring(colon + 1)));
    }

    private static String option(List<String> given, String name, String otherwise) {
        int at = given.indexOf(name);
        return at >= 0 && at + 1 < given.size() ? given.get(at + 1) : otherwise;
    }
}
