package dev.weir.blockio.scsi;

import dev.weir.blockio.BlockDevice;
import dev.weir.blockio.MemoryDevice;
import java.util.List;

/** Targets and logical units for tests. */
final class Units {
    private Units() {}

    static final long SIZE_BYTES = 4 << 20;
    static final TargetPort PORT = new TargetPort("iqn.2026-01.test:target", 1, 1);
    static final TargetPort OTHER_PORT = new TargetPort("iqn.2026-01.test:target", 2, 2);

    static LogicalUnitConfig config(int number, int blockBytes, boolean readOnly, boolean thin) {
        return new LogicalUnitConfig(
                "WEIR",
                "VOLUME",
                "1",
                "serial-" + number,
                0x6001_4050_0000_0000L,
                number,
                blockBytes,
                readOnly,
                thin,
                false);
    }

    static LogicalUnit thin(int number, BlockDevice device) {
        return new LogicalUnit(
                config(number, 512, false, true), device, ReservationStore.volatileStore());
    }

    static MemoryDevice device() {
        return new MemoryDevice(SIZE_BYTES);
    }

    static ScsiTarget target() {
        return new ScsiTarget(new ScsiTargetConfig(PORT.name(), List.of(PORT, OTHER_PORT), 1));
    }
}
