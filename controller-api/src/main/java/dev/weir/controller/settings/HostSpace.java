package dev.weir.controller.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left of the file system that holds the data directory, so that the database never writes
 * into a full one: it would close itself and answer nothing more.
 *
 * <pre>
 *   free >= 8 MiB                 changes
 *   free <  8 MiB                 only deletions, down to 1 MiB; then none
 *   a start with free < 8 MiB     gives DIR/reserve up, so that the database can be opened; changes
 *                                 wait until there is room for the reserve again
 * </pre>
 *
 * Usable from any thread.
 */
public final class HostSpace {
    /** Room for what many requests at a time may write before one of them looks again. */
    static final long LOW_BYTES = 8 << 20;

    /** Room for a few rows; deleting is how space is got back. */
    static final long EMPTY_BYTES = 1 << 20;

    /** Room for opening the database, and for what a start writes into it. */
    static final int RESERVE_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(HostSpace.class);

    private final Path directory;
    private final Path reserve;
    private boolean reserved;
    private boolean told;

    private HostSpace(Path directory) {
        this.directory = directory;
        this.reserve = directory.resolve("reserve");
    }

    /** Takes the reserve, or gives it up if there is nothing else left. */
    static HostSpace of(Path directory) throws IOException {
        var space = new HostSpace(directory);
        if (space.freeBytes() < LOW_BYTES) {
            Files.deleteIfExists(space.reserve);
        } else {
            space.reserved =
                    Files.exists(space.reserve) && Files.size(space.reserve) == RESERVE_BYTES;
        }
        space.admitsChanges();
        return space;
    }

    public long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Whether there is room for changes; false also if that cannot be found out. */
    public boolean admitsChanges() {
        boolean admits = admits(LOW_BYTES, true);
        tell(admits);
        return admits;
    }

    /** Whether there is room for the little that a deletion writes. */
    public boolean admitsDeletions() {
        return admits(EMPTY_BYTES, false);
    }

    /** What is amiss, and what helps. */
    public String complaint() {
        return "the file system of the data directory %s is full: changes are refused until %d MiB are free"
                .formatted(directory, (LOW_BYTES + RESERVE_BYTES) >> 20);
    }

    private synchronized boolean admits(long neededBytes, boolean withReserve) {
        try {
            long free = freeBytes();
            if (!reserved && free >= LOW_BYTES + RESERVE_BYTES) {
                reserved = reserve();
            }
            return free >= neededBytes && (reserved || !withReserve);
        } catch (IOException e) {
            LOG.warn("The space of {} is not known: {}", directory, e.getMessage());
            return false;
        }
    }

    private synchronized void tell(boolean admits) {
        if (admits == told) {
            told = !admits;
            if (admits) {
                LOG.info("The file system of the data directory has space again");
            } else {
                LOG.warn(
                        "{}",
                        Character.toUpperCase(complaint().charAt(0)) + complaint().substring(1));
            }
        }
    }

    /** Writes bytes rather than making a hole, which would reserve nothing. */
    private boolean reserve() {
        var bytes = new byte[RESERVE_BYTES];
        Arrays.fill(bytes, (byte) 'r');
        try (var file =
                FileChannel.open(
                        reserve,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return true;
        } catch (IOException e) {
            LOG.warn("No space could be reserved in {}: {}", directory, e.getMessage());
            return false;
        }
    }
}
