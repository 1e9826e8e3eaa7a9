package dev.weir.blockio.scsi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Persistent reservations as bytes.
 *
 * <pre>
 *  0  "WRPR", version (1), CRC32C of what follows
 * 12  number of registrants; for each: initiator name, ISID, target name, relative port, key
 *     reservation type code, 0 for none; then the number of the registrant that holds it
 * </pre>
 *
 * Big-endian; strings as {@link DataOutputStream#writeUTF}.
 */
final class ReservationCodec {
    private ReservationCodec() {}

    private static final int MAGIC = 0x57525052;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 12;

    /** Stored state is not what was stored. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String what) {
            super(what);
        }
    }

    static byte[] encode(PersistentState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(state.keys().size());
            int holder = 0;
            int number = 0;
            PersistentState.Reservation held = state.reservation();
            for (Map.Entry<Registrant, Long> entry : state.keys().entrySet()) {
                Registrant registrant = entry.getKey();
                out.writeUTF(registrant.initiator().name());
                out.writeLong(registrant.initiator().isid());
                out.writeUTF(registrant.targetName());
                out.writeInt(registrant.relativePort());
                out.writeLong(entry.getValue());
                if (held != null && held.holder().equals(registrant)) {
                    holder = number;
                }
                number++;
            }
            out.writeInt(held == null ? 0 : held.type().code());
            out.writeInt(holder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] body = bytes.toByteArray();
        return ByteBuffer.allocate(HEADER_BYTES + body.length)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(crc(body))
                .put(body)
                .array();
    }

    static PersistentState decode(byte[] stored) throws Damaged {
        if (stored.length == 0) {
            return PersistentState.EMPTY;
        }
        if (stored.length < HEADER_BYTES) {
            throw new Damaged("too short");
        }
        ByteBuffer header = ByteBuffer.wrap(stored);
        byte[] body = Arrays.copyOfRange(stored, HEADER_BYTES, stored.length);
        if (header.getInt(0) != MAGIC || header.getInt(4) != VERSION) {
            throw new Damaged("not persistent reservations of version " + VERSION);
        }
        if (header.getInt(8) != crc(body)) {
            throw new Damaged("checksum differs");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            return read(in);
        } catch (Damaged e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new Damaged(String.valueOf(e.getMessage()));
        }
    }

    private static PersistentState read(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > ScsiLimits.MAX_REGISTRATIONS) {
            throw new Damaged(count + " registrants");
        }
        Map<Registrant, Long> keys = new LinkedHashMap<>();
        Registrant[] numbered = new Registrant[count];
        for (int number = 0; number < count; number++) {
            InitiatorPort initiator = new InitiatorPort(in.readUTF(), in.readLong());
            Registrant registrant = new Registrant(initiator, in.readUTF(), in.readInt());
            numbered[number] = registrant;
            keys.put(registrant, in.readLong());
        }
        int code = in.readInt();
        int holder = in.readInt();
        PersistentState.Reservation held = null;
        if (code != 0) {
            @Nullable ReservationType type = ReservationType.of(code);
            if (type == null || holder < 0 || holder >= count) {
                throw new Damaged("reservation of type " + code + " by registrant " + holder);
            }
            held = new PersistentState.Reservation(type, numbered[holder]);
        }
        return new PersistentState(keys, held, true);
    }

    private static int crc(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }
}
