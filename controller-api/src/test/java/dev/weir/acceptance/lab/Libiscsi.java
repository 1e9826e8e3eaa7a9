package dev.weir.acceptance.lab;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One session of libiscsi, the initiator that QEMU has too, for commands that none of its tools
 * sends. Owned by one thread. It uses the library that Debian's tools use, and of its structures
 * only what has no version: the first field of a task, and a buffer with its size.
 */
public final class Libiscsi implements AutoCloseable {
    private static final int NORMAL_SESSION = 2;
    private static final int TIMEOUT_SECONDS = 20;

    /** Directions of a transfer. */
    private static final int NONE = 0;

    private static final int READ = 1;
    private static final int WRITE = 2;

    private final Arena arena = Arena.ofConfined();
    private final SymbolLookup library = SymbolLookup.libraryLookup("libiscsi.so.7", arena);
    private final MemorySegment context;

    /**
     * Logs in to LUN 0 of a target.
     *
     * @param initiator its iSCSI name
     * @param isid with the name it is what the target knows the initiator by (RFC 7143 10.1.1)
     */
    public Libiscsi(URI uri, String initiator, int isid) {
        context = (MemorySegment) call("iscsi_create_context", ADDRESS, text(initiator));
        call("iscsi_set_isid_random", JAVA_INT, context, isid, 0);
        call(
                "iscsi_set_targetname",
                JAVA_INT,
                context,
                text(Path.of(uri.getPath()).getName(0).toString()));
        call("iscsi_set_session_type", JAVA_INT, context, NORMAL_SESSION);
        call("iscsi_set_timeout", JAVA_INT, context, TIMEOUT_SECONDS);
        int failed =
                (int)
                        call(
                                "iscsi_full_connect_sync",
                                JAVA_INT,
                                context,
                                text(uri.getAuthority()),
                                0);
        if (failed != 0) {
            throw new AssertionError("no session with " + uri + ": " + error());
        }
    }

    /** Sends a command without data and returns its status (SAM-6 5.3.1). */
    public int command(byte[] cdb) {
        return send(cdb, NONE, MemorySegment.NULL, 0);
    }

    /** Sends a command with data and returns its status. */
    public int write(byte[] cdb, byte[] data) {
        var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
        var out = arena.allocate(MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ADDRESS));
        out.set(ValueLayout.JAVA_LONG, 0, data.length);
        out.set(ADDRESS, Long.BYTES, bytes);
        return send(cdb, WRITE, out, data.length);
    }

    /** Sends a command that must succeed and returns what came, with zeros behind it. */
    public byte[] read(byte[] cdb, int bytes) {
        var in = arena.allocate(bytes);
        int status = send(cdb, READ, in, bytes);
        if (status != 0) {
            throw new AssertionError("status %02x: %s".formatted(status, error()));
        }
        return in.toArray(ValueLayout.JAVA_BYTE);
    }

    private int send(byte[] cdb, int direction, MemorySegment data, int bytes) {
        var task =
                (MemorySegment)
                        call(
                                "scsi_create_task",
                                ADDRESS,
                                cdb.length,
                                arena.allocateFrom(ValueLayout.JAVA_BYTE, cdb),
                                direction,
                                bytes);
        if (direction == READ) {
            call("scsi_task_add_data_in_buffer", JAVA_INT, task, bytes, data);
        }
        var out = direction == WRITE ? data : MemorySegment.NULL;
        var done = (MemorySegment) call("iscsi_scsi_command_sync", ADDRESS, context, 0, task, out);
        if (done.address() == 0) {
            throw new AssertionError("no answer: " + error());
        }
        int status = done.reinterpret(Integer.BYTES).get(JAVA_INT, 0);
        call("scsi_free_scsi_task", null, task);
        return status;
    }

    private String error() {
        var text = (MemorySegment) call("iscsi_get_error", ADDRESS, context);
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private MemorySegment text(String text) {
        return arena.allocateFrom(text);
    }

    /** Calls a function of C whose arguments are integers and pointers. */
    private Object call(String name, @Nullable MemoryLayout result, Object... arguments) {
        var layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
        }
        var function =
                result == null
                        ? FunctionDescriptor.ofVoid(layouts)
                        : FunctionDescriptor.of(result, layouts);
        try {
            return Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(name), function)
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError("calling " + name, e);
        }
    }

    /** Ends the connection without a logout, as a host that lost its power does. */
    @Override
    public void close() {
        call("iscsi_destroy_context", JAVA_INT, context);
        arena.close();
    }
}
