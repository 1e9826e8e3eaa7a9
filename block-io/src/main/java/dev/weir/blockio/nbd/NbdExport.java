package dev.weir.blockio.nbd;

import dev.weir.blockio.BlockDevice;
import java.nio.charset.StandardCharsets;

/**
 * A block device offered under a name. The device is borrowed: the server reads and writes it but
 * never closes it.
 *
 * @param name what clients ask for; at most 4096 bytes of UTF-8
 * @param description for people; may be empty; at most 4096 bytes of UTF-8
 * @param readOnly refuse changes although the device could take them
 */
public record NbdExport(String name, String description, BlockDevice device, boolean readOnly) {

    /** Longest string on the wire (proto.md "Values"). */
    static final int MAX_STRING_BYTES = 4096;

    public NbdExport {
        requireFits("name", name);
        requireFits("description", description);
    }

    boolean refusesChanges() {
        return readOnly || device.capabilities().readOnly();
    }

    private static void requireFits(String what, String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_STRING_BYTES) {
            throw new IllegalArgumentException(what + " is longer than 4096 bytes");
        }
    }
}
