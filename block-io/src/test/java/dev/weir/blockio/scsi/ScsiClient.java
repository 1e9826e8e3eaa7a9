package dev.weir.blockio.scsi;

import dev.weir.blockio.memory.OffHeapMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** An initiator without a transport: CDB bytes in; status, sense and data out. */
final class ScsiClient implements AutoCloseable {
    static final int BUFFER_BYTES = 8 << 20;

    private final Nexus nexus;
    private final ScsiTask task;
    private final OffHeapMemory out = OffHeapMemory.allocate(BUFFER_BYTES);
    private final OffHeapMemory in = OffHeapMemory.allocate(BUFFER_BYTES);
    private long lun;
    private long nextTag = 1;

    /** What came back; never compared as a whole. */
    @SuppressWarnings("ArrayRecordComponent")
    record Reply(int status, String sense, byte[] data, long length, byte[] rawSense) {
        boolean isGood() {
            return status == ScsiStatus.GOOD;
        }

        ByteBuffer buffer() {
            return ByteBuffer.wrap(data);
        }

        /** {@code GOOD}, {@code 18} or {@code 02 05/24/00}. */
        String outcome() {
            return isGood() ? "GOOD" : String.format("%02x%s", status, sense);
        }
    }

    ScsiClient(Nexus nexus) {
        this.nexus = nexus;
        this.task = nexus.newTask();
    }

    /** Attaches an initiator and takes the unit attention that greets it. */
    static ScsiClient attach(ScsiTarget target, String name) {
        TargetPort port = target.config().ports().getFirst();
        return attach(target, new InitiatorPort("iqn.2026-01.test:" + name, 0x23d000000L), port);
    }

    static ScsiClient attach(ScsiTarget target, InitiatorPort initiator, TargetPort port) {
        ScsiClient client = new ScsiClient(target.attach(initiator, port));
        client.run("00 00 00 00 00 00");
        return client;
    }

    Nexus nexus() {
        return nexus;
    }

    ScsiTask task() {
        return task;
    }

    OffHeapMemory in() {
        return in;
    }

    OffHeapMemory out() {
        return out;
    }

    /** Sends what follows to this logical unit. */
    ScsiClient lun(int number) {
        lun = LunAddress.encode(number);
        return this;
    }

    Reply run(String cdb) {
        return run(cdb, new byte[0]);
    }

    Reply run(String cdb, String dataHex) {
        return run(cdb, bytes(dataHex));
    }

    Reply run(String cdb, byte[] data) {
        return run(bytes(cdb), data, BUFFER_BYTES);
    }

    Reply run(byte[] cdb, byte[] data, int inCapacity) {
        begin(cdb);
        out.copyFrom(data, 0, 0, data.length);
        task.run(out, 0, data.length, in, 0, inCapacity);
        Reply reply = reply();
        task.end();
        return reply;
    }

    void begin(byte[] cdb) {
        task.begin(lun, nextTag++, TaskAttribute.SIMPLE, ByteBuffer.wrap(cdb));
    }

    Reply reply() {
        byte[] data = new byte[task.dataInStored()];
        in.copyTo(0, data, 0, data.length);
        byte[] raw = new byte[task.senseLength()];
        task.sense(ByteBuffer.wrap(raw));
        return new Reply(task.status(), describe(raw), data, task.dataInLength(), raw);
    }

    private static String describe(byte[] sense) {
        if (sense.length == 0) {
            return "";
        }
        boolean descriptors = (sense[0] & 0x7f) == 0x72;
        int key = descriptors ? sense[1] & 0x0f : sense[2] & 0x0f;
        int at = descriptors ? 2 : 12;
        return String.format(" %02x/%02x/%02x", key, sense[at], sense[at + 1]);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Override
    public void close() {
        nexus.close();
        out.close();
        in.close();
    }
}
