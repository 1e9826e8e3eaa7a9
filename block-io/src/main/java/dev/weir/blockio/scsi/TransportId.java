package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * iSCSI initiator ports as TransportIDs of format 01b (SPC-4 7.6.4.6).
 *
 * <pre>
 *  0  45h: format 01b, protocol 5 (iSCSI)
 *  2  ADDITIONAL LENGTH: at least 20, a multiple of 4
 *  4  "name,i,0xISID", null-terminated, filled up with zeros
 * </pre>
 */
final class TransportId {
    private TransportId() {}

    private static final int FORMAT_AND_PROTOCOL = 0x45;
    private static final int FORMAT_AND_PROTOCOL_MASK = 0xcf;
    private static final int HEADER_BYTES = 4;
    private static final int MIN_ADDITIONAL_BYTES = 20;

    /** Longest name, ",i,0x", twelve digits, and the fill. */
    private static final int MAX_ADDITIONAL_BYTES = InitiatorPort.MAX_NAME_BYTES + 21;

    private static final Pattern NAME = Pattern.compile("([^,]+),i,0[xX]([0-9a-fA-F]{1,12})");

    static int bytes(InitiatorPort port) {
        int text = port.scsiName().getBytes(StandardCharsets.UTF_8).length;
        return HEADER_BYTES + Math.max(MIN_ADDITIONAL_BYTES, (text + 4) & -4);
    }

    static void write(ByteBuffer to, InitiatorPort port) {
        int bytes = bytes(port);
        byte[] text = port.scsiName().getBytes(StandardCharsets.UTF_8);
        to.put((byte) FORMAT_AND_PROTOCOL).put((byte) 0);
        to.putShort((short) (bytes - HEADER_BYTES));
        to.put(text).put(new byte[bytes - HEADER_BYTES - text.length]);
    }

    /**
     * Takes one from the buffer's position.
     *
     * @throws CheckCondition if it is cut off, or names no iSCSI initiator port
     */
    static InitiatorPort read(ByteBuffer from) throws CheckCondition {
        int start = from.position();
        if (from.remaining() < HEADER_BYTES) {
            throw CheckCondition.invalidParameter(start);
        }
        int format = Byte.toUnsignedInt(from.get(start)) & FORMAT_AND_PROTOCOL_MASK;
        int additional = Short.toUnsignedInt(from.getShort(start + 2));
        if (format != FORMAT_AND_PROTOCOL
                || additional < MIN_ADDITIONAL_BYTES
                || additional > MAX_ADDITIONAL_BYTES
                || additional % 4 != 0
                || additional > from.remaining() - HEADER_BYTES) {
            throw CheckCondition.invalidParameter(start);
        }
        byte[] text = new byte[additional];
        from.position(start + HEADER_BYTES).get(text);
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        String name = new String(Arrays.copyOf(text, end), StandardCharsets.UTF_8);
        Matcher parts = NAME.matcher(name);
        if (end == text.length || !parts.matches()) {
            throw CheckCondition.invalidParameter(start + HEADER_BYTES);
        }
        try {
            return new InitiatorPort(parts.group(1), Long.parseLong(parts.group(2), 16));
        } catch (IllegalArgumentException e) {
            throw CheckCondition.invalidParameter(start + HEADER_BYTES);
        }
    }
}
