package dev.weir.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.h2.mvstore.DataUtils;

/**
 * The header of the embedded database's file, which must name the newest commit when H2 opens it.
 *
 * <p>Each commit of H2 (2.2 to 2.5) is a chunk. When a chunk does not lie where the one before it
 * predicted, H2 writes the header anew; but it takes the chunk <em>before</em> the new one for the
 * newest, so that after the death of the process nothing leads to the new chunk, nor to those after
 * it, although all of them are in the file. H2 then opens an older state and overwrites them. Every
 * chunk bears witness of itself at both ends, so the newest is found by looking at each block of
 * the file; the header is pointed to it, and H2 takes it from there with all its own checks. See
 * {@code docs/decisions/006}.
 *
 * <pre>
 *   block 0        header: H:2,block:8,chunk:f,...,version:f,fletcher:2e7fd0d5
 *   block 1        the same again
 *   block 2 * n    chunks: "chunk:f,len:1,...,version:f,..." pages "chunk:f,len:1,version:f,fletcher:..."
 * </pre>
 *
 * All numbers are hexadecimal. The file must not be open anywhere else.
 */
final class StoreHeader {
    static final int BLOCK_BYTES = 4096;
    static final int HEADER_BLOCKS = 2;
    private static final int FOOTER_BYTES = 128;
    private static final int CHUNK_HEADER_BYTES = 1024;

    private final FileChannel file;

    private StoreHeader(FileChannel file) {
        this.file = file;
    }

    /** A chunk whose two ends are there and agree. */
    private record Chunk(long block, String id, long version) {}

    /**
     * Points the header to the newest chunk, unless the database is open; returns whether it had
     * pointed elsewhere.
     */
    static boolean mend(Path path) throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        try (var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                var lock = file.tryLock()) {
            return lock != null && new StoreHeader(file).mend();
        } catch (OverlappingFileLockException _) {
            // H2 has it open. (Closing this channel drops the process's lock on the file; the lock
            // of
            // the data directory keeps others away.)
            return false;
        }
    }

    private boolean mend() throws IOException {
        var header = header();
        var newest = newest();
        if (header.isEmpty() || newest.isEmpty()) {
            return false; // no database, or a new one: H2 says which
        }
        long known = header.get().number("version").orElse(-1L);
        // After a clean end the header is right, and what looks newer is left over from another
        // past.
        if (newest.get().version() <= known || header.get().values().containsKey("clean")) {
            return false;
        }
        write(
                header.get()
                        .pointingTo(
                                newest.get().block(), newest.get().id(), newest.get().version()));
        return true;
    }

    private Optional<StoreFields> header() throws IOException {
        for (int block = 0; block < HEADER_BLOCKS; block++) {
            var fields = StoreFields.summed(read((long) block * BLOCK_BYTES, BLOCK_BYTES));
            if (fields.isPresent()) {
                return fields;
            }
        }
        return Optional.empty();
    }

    private Optional<Chunk> newest() throws IOException {
        Optional<Chunk> newest = Optional.empty();
        long blocks = file.size() / BLOCK_BYTES;
        for (long end = HEADER_BLOCKS + 1; end <= blocks; end++) {
            var chunk = endingAt(end);
            if (chunk.isPresent()
                    && (newest.isEmpty() || chunk.get().version() > newest.get().version())) {
                newest = chunk;
            }
        }
        return newest;
    }

    private Optional<Chunk> endingAt(long end) throws IOException {
        var footer = StoreFields.summed(read(end * BLOCK_BYTES - FOOTER_BYTES, FOOTER_BYTES));
        if (footer.isEmpty()) {
            return Optional.empty();
        }
        long block = end - footer.get().number("len").orElse(0L);
        if (block < HEADER_BLOCKS || block >= end) {
            return Optional.empty();
        }
        var head = StoreFields.of(read(block * BLOCK_BYTES, CHUNK_HEADER_BYTES));
        if (!head.agrees(footer.get(), "chunk", "len", "version")
                || head.number("block").orElse(block) != block) {
            return Optional.empty();
        }
        return footer.get()
                .number("version")
                .map(version -> new Chunk(block, footer.get().text("chunk"), version));
    }

    private void write(StoreFields fields) throws IOException {
        var text = fields.line().getBytes(StandardCharsets.ISO_8859_1);
        var blocks = ByteBuffer.allocate(HEADER_BLOCKS * BLOCK_BYTES);
        for (int block = 0; block < HEADER_BLOCKS; block++) {
            blocks.put(block * BLOCK_BYTES, text);
        }
        for (long at = 0; blocks.hasRemaining(); ) {
            at += file.write(blocks, at);
        }
        file.force(false);
    }

    /** The first line of what lies there. */
    private String read(long offset, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && file.read(buffer, offset + buffer.position()) > 0) {
            // until it is full or the file ends
        }
        var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        return end < 0 ? "" : text.substring(0, end);
    }

    /** The checksum that H2 uses. */
    static String fletcher(String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Integer.toHexString(DataUtils.getFletcher32(bytes, 0, bytes.length));
    }
}
