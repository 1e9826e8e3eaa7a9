package dev.weir.acceptance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.acceptance.lab.NbdClient.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The model of a volume under load: for each block, the sequence number of the last acknowledged
 * request, and of the one that was under way when the server died. Sequence 0 stands for zeros.
 *
 * <p>A block is full of its stamp: each 64-bit word is {@code sequence | block | word index}, so a
 * block of another place, of another time, or a mix of two is recognised. What was acknowledged
 * must read back exactly; what was under way may be old or new, word by word, for a process can die
 * in the middle of a copy.
 *
 * <pre>
 *   63        32 31             9 8          0
 *   | sequence  | block          | word index |
 * </pre>
 *
 * <p>Writers own disjoint stripes; everything else happens while none of them runs.
 */
public final class StampedVolume {
    public static final int BLOCK_BYTES = 4096;

    /** Half a default grain: neighbours in one grain belong to different writers. */
    static final int STRIPE_BLOCKS = 8;

    private static final int WORDS = BLOCK_BYTES / Long.BYTES;
    private static final int WORD_BITS = 9;
    private static final int NOTHING_PENDING = -1;
    private static final int BLOCKS_PER_READ = 256;

    private final int[] acknowledged;
    private final int[] pending;
    private final AtomicInteger sequence = new AtomicInteger();

    public StampedVolume(long sizeBytes) {
        int blocks = Math.toIntExact(sizeBytes / BLOCK_BYTES);
        if (blocks % BLOCKS_PER_READ != 0) {
            throw new IllegalArgumentException("size must be a multiple of 1 MiB");
        }
        acknowledged = new int[blocks];
        pending = new int[blocks];
        Arrays.fill(pending, NOTHING_PENDING);
    }

    int stripes() {
        return acknowledged.length / STRIPE_BLOCKS;
    }

    int nextSequence() {
        return sequence.incrementAndGet();
    }

    /** Notes that a request for these blocks is about to be sent. */
    void begin(int firstBlock, int count, int newSequence) {
        Arrays.fill(pending, firstBlock, firstBlock + count, newSequence);
    }

    /** Notes that the request for these blocks was acknowledged. */
    void acknowledge(int firstBlock, int count, int newSequence) {
        Arrays.fill(acknowledged, firstBlock, firstBlock + count, newSequence);
        Arrays.fill(pending, firstBlock, firstBlock + count, NOTHING_PENDING);
    }

    static byte[] stamp(int firstBlock, int count, int sequence) {
        ByteBuffer bytes = ByteBuffer.allocate(count * BLOCK_BYTES);
        for (int block = firstBlock; block < firstBlock + count; block++) {
            for (int word = 0; word < WORDS; word++) {
                bytes.putLong(word(block, word, sequence));
            }
        }
        return bytes.array();
    }

    private static long word(int block, int index, int sequence) {
        return sequence == 0 ? 0 : ((long) sequence << 32) | ((long) block << WORD_BITS) | index;
    }

    /**
     * Reads the whole volume and compares it with the model; then writes a fresh stamp wherever a
     * request was under way, so that every block is known again. Returns the number of blocks that
     * carry an acknowledged stamp.
     */
    public int verifyAndSettle(URI uri) throws IOException {
        int stamped = 0;
        try (NbdClient client = NbdClient.connect(uri)) {
            byte[] bytes = new byte[BLOCKS_PER_READ * BLOCK_BYTES];
            for (int first = 0; first < acknowledged.length; first += BLOCKS_PER_READ) {
                client.read((long) first * BLOCK_BYTES, bytes);
                ByteBuffer words = ByteBuffer.wrap(bytes);
                for (int block = first; block < first + BLOCKS_PER_READ; block++) {
                    verify(block, words);
                    stamped += acknowledged[block] == 0 ? 0 : 1;
                }
            }
            settle(client);
        }
        return stamped;
    }

    /** Compares the next block of {@code words} with what is known of it. */
    void verify(int block, ByteBuffer words) {
        for (int index = 0; index < WORDS; index++) {
            long found = words.getLong();
            boolean old = found == word(block, index, acknowledged[block]);
            boolean underWay =
                    pending[block] != NOTHING_PENDING
                            && found == word(block, index, pending[block]);
            if (!old && !underWay) {
                throw new AssertionError(
                        "block %d word %d: acknowledged was %d, under way %d; found %s"
                                .formatted(
                                        block,
                                        index,
                                        acknowledged[block],
                                        pending[block],
                                        describe(found)));
            }
        }
    }

    private static String describe(long word) {
        long block = (word & 0xffff_ffffL) >>> WORD_BITS;
        return word == 0
                ? "zeros"
                : "sequence %d of block %d, word %d"
                        .formatted(word >>> 32, block, word & (WORDS - 1));
    }

    private void settle(NbdClient client) throws IOException {
        for (int block = 0; block < pending.length; block++) {
            if (pending[block] != NOTHING_PENDING) {
                int fresh = nextSequence();
                client.write((long) block * BLOCK_BYTES, stamp(block, 1, fresh));
                acknowledge(block, 1, fresh);
            }
        }
        client.perform(Operation.FLUSH, 0, 0);
        assertThat(pending).containsOnly(NOTHING_PENDING);
    }
}
