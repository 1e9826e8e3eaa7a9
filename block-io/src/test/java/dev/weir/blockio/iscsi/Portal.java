package dev.weir.blockio.iscsi;

import dev.weir.blockio.MemoryDevice;
import dev.weir.blockio.scsi.LogicalUnit;
import dev.weir.blockio.scsi.LogicalUnitConfig;
import dev.weir.blockio.scsi.ReservationStore;
import dev.weir.blockio.scsi.ScsiTarget;
import dev.weir.blockio.scsi.ScsiTargetConfig;
import dev.weir.blockio.scsi.TargetPort;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** A server with the target "disk", whose LUN 0 is a device in memory. */
final class Portal implements AutoCloseable {
    static final String DISK = "iqn.2026-01.dev.weir:disk";
    static final int BLOCK = 512;
    static final int SIZE = 16 << 20;

    final MemoryDevice device = new MemoryDevice(SIZE);
    final Targets targets = new Targets();
    final ScsiTarget scsi = target(DISK, device);
    final IscsiServer server;

    Portal(IscsiAccess access, IscsiLimits limits) throws IOException {
        targets.add(new IscsiTarget(DISK, scsi, access));
        server =
                IscsiServer.start(
                        new IscsiServerConfig(
                                List.of(IscsiPortal.of(InetAddress.getLoopbackAddress(), 0)),
                                IscsiAccess.open(),
                                limits),
                        targets);
    }

    static Portal open() throws IOException {
        return new Portal(IscsiAccess.open(), IscsiLimits.defaults());
    }

    static Portal with(Map<String, Object> limits) throws IOException {
        return new Portal(IscsiAccess.open(), TestLimits.with(limits));
    }

    static ScsiTarget target(String name, MemoryDevice device) {
        ScsiTarget target = new ScsiTarget(ScsiTargetConfig.of(new TargetPort(name, 1, 1)));
        target.add(
                0,
                new LogicalUnit(
                        new LogicalUnitConfig(
                                "WEIR",
                                "TEST",
                                "0001",
                                "serial",
                                0x6000_0000_0000_0000L,
                                7,
                                BLOCK,
                                false,
                                true,
                                false),
                        device,
                        ReservationStore.volatileStore()));
        return target;
    }

    String address() {
        return "127.0.0.1:" + server.addresses().getFirst().getPort();
    }

    @Override
    public void close() {
        server.close();
        scsi.close();
    }
}
