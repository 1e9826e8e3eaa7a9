package dev.weir.blockio.scsi;

import java.nio.charset.StandardCharsets;

/**
 * How a logical unit presents itself.
 *
 * @param vendor T10 vendor identification, at most 8 printable ASCII characters
 * @param product at most 16
 * @param revision at most 4
 * @param serial unit serial number, at most 64
 * @param naa 64-bit or, with {@code naaExtension}, 128-bit NAA identifier whose top nibble is 3 or
 *     6 (SPC-4 7.8.6.6)
 * @param naaExtension low half of an NAA 6 identifier
 * @param blockBytes logical block, 512 or 4096
 * @param readOnly refuse changes although the device could take them
 * @param thin say that blocks need not be provisioned, and offer UNMAP
 * @param rotational whether the medium turns
 */
public record LogicalUnitConfig(
        String vendor,
        String product,
        String revision,
        String serial,
        long naa,
        long naaExtension,
        int blockBytes,
        boolean readOnly,
        boolean thin,
        boolean rotational) {

    public LogicalUnitConfig {
        requirePrintable("vendor", vendor, 8);
        requirePrintable("product", product, 16);
        requirePrintable("revision", revision, 4);
        requirePrintable("serial", serial, 64);
        if (blockBytes != 512 && blockBytes != 4096) {
            throw new IllegalArgumentException("logical blocks have 512 or 4096 bytes");
        }
        long format = naa >>> 60;
        if (format != 3 && format != 6) {
            throw new IllegalArgumentException("NAA format " + format + " is not 3 or 6");
        }
    }

    private static void requirePrintable(String what, String value, int maxBytes) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > maxBytes) {
            throw new IllegalArgumentException(what + " is empty or longer than " + maxBytes);
        }
        for (byte b : bytes) {
            if (b < 0x20 || b > 0x7e) {
                throw new IllegalArgumentException(what + " is not printable ASCII");
            }
        }
    }
}
