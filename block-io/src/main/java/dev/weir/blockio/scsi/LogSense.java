package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** LOG SENSE (SPC-4 6.7): which log pages there are, and how far the space is used up. */
final class LogSense {
    private LogSense() {}

    private static final int SP = 0x01;
    private static final int PAGE = 0x3f;

    // SPC-4 7.3.15, 7.3.16, SBC-3 6.3.4
    private static final int SUPPORTED_PAGES = 0x00;
    private static final int LOGICAL_BLOCK_PROVISIONING = 0x0c;
    private static final int ALL_SUBPAGES = 0xff;

    private static final int DS = 0x80;
    private static final int SPF = 0x40;
    private static final int HEADER_BYTES = 4;
    private static final int MAX_BYTES = 64;

    // SBC-3 6.3.4.2, 6.3.4.3
    private static final int AVAILABLE_RESOURCES = 0x0001;
    private static final int USED_RESOURCES = 0x0002;

    /** TSD, nothing is saved; FORMAT AND LINKING: a binary list (SPC-4 7.3.2.2). */
    private static final int COUNT_CONTROL = 0x23;

    private static final int COUNT_BYTES = 8;

    /** SCOPE: the resources are not dedicated to this logical unit. */
    private static final int SHARED = 0x02;

    static List<Operation> operations() {
        return List.of(
                Operation.of(
                        "4d 01 ff ff 00 ff ff ff ff 00",
                        Access.STATUS,
                        LogSense::prepare,
                        LogSense::run));
    }

    private static void prepare(Command command) throws CheckCondition {
        // No page can be saved.
        if (Cdb.bit(command.cdb(), 1, SP)) {
            throw CheckCondition.invalidCdb(1);
        }
        command.allocate(Cdb.length(command.cdb()));
    }

    private static void run(Command command) throws CheckCondition {
        ByteBuffer cdb = command.cdb();
        int page = Cdb.u8(cdb, 2) & PAGE;
        int subpage = Cdb.u8(cdb, 3);
        int pointer = Cdb.u16(cdb, 5);
        @Nullable LbaResources resources = command.unit().resources();
        ByteBuffer answer = ByteBuffer.allocate(MAX_BYTES).position(HEADER_BYTES);
        int flags;
        if (page == SUPPORTED_PAGES && (subpage == 0 || subpage == ALL_SUBPAGES)) {
            if (pointer != 0) {
                throw CheckCondition.invalidCdb(5);
            }
            flags = subpage == 0 ? 0 : SPF;
            supported(answer, subpage != 0, resources != null);
        } else if (page == LOGICAL_BLOCK_PROVISIONING && subpage == 0 && resources != null) {
            flags = DS;
            counts(answer, pointer, resources);
        } else {
            throw CheckCondition.invalidCdb(subpage == 0 ? 2 : 3);
        }
        answer.put(0, (byte) (flags | page)).put(1, (byte) subpage);
        answer.putShort(2, (short) (answer.position() - HEADER_BYTES));
        command.respond(answer);
    }

    /** In ascending order. */
    private static void supported(ByteBuffer answer, boolean subpages, boolean thresholds) {
        putPage(answer, SUPPORTED_PAGES, 0, subpages);
        if (subpages) {
            putPage(answer, SUPPORTED_PAGES, ALL_SUBPAGES, true);
        }
        if (thresholds) {
            putPage(answer, LOGICAL_BLOCK_PROVISIONING, 0, subpages);
        }
    }

    private static void putPage(ByteBuffer answer, int page, int subpage, boolean subpages) {
        answer.put((byte) page);
        if (subpages) {
            answer.put((byte) subpage);
        }
    }

    /** The parameters from the one that the initiator points at. */
    private static void counts(ByteBuffer answer, int pointer, LbaResources resources)
            throws CheckCondition {
        if (pointer > USED_RESOURCES) {
            throw CheckCondition.invalidCdb(5);
        }
        if (pointer <= AVAILABLE_RESOURCES) {
            count(answer, AVAILABLE_RESOURCES, resources.sets(resources.availableBytes()));
        }
        count(answer, USED_RESOURCES, resources.sets(resources.usedBytes()));
    }

    private static void count(ByteBuffer answer, int parameter, int sets) {
        answer.putShort((short) parameter).put((byte) COUNT_CONTROL).put((byte) COUNT_BYTES);
        answer.putInt(sets).put((byte) SHARED).position(answer.position() + 3);
    }
}
