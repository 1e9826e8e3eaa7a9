package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The vital product data pages of INQUIRY (SPC-4 7.8, SBC-3 6.5). */
final class VitalProductData {
    private VitalProductData() {}

    /** Room for the longest page. */
    static final int MAX_BYTES = 2048;

    private static final int SUPPORTED_PAGES = 0x00;
    private static final int UNIT_SERIAL_NUMBER = 0x80;
    private static final int DEVICE_IDENTIFICATION = 0x83;
    private static final int EXTENDED_INQUIRY = 0x86;
    private static final int BLOCK_LIMITS = 0xb0;
    private static final int BLOCK_DEVICE_CHARACTERISTICS = 0xb1;
    private static final int LOGICAL_BLOCK_PROVISIONING = 0xb2;

    /** In ascending order (SPC-4 7.8.15). */
    private static final byte[] PAGES = {
        SUPPORTED_PAGES,
        (byte) UNIT_SERIAL_NUMBER,
        (byte) DEVICE_IDENTIFICATION,
        (byte) EXTENDED_INQUIRY,
        (byte) BLOCK_LIMITS,
        (byte) BLOCK_DEVICE_CHARACTERISTICS,
        (byte) LOGICAL_BLOCK_PROVISIONING
    };

    private static final int HEADER_BYTES = 4;

    static void write(ByteBuffer answer, int page, ItlNexus path) throws CheckCondition {
        answer.put((byte) 0).put((byte) page).position(HEADER_BYTES);
        LogicalUnit unit = path.unit();
        switch (page) {
            case SUPPORTED_PAGES -> answer.put(PAGES);
            case UNIT_SERIAL_NUMBER ->
                    answer.put(unit.config().serial().getBytes(StandardCharsets.US_ASCII));
            case DEVICE_IDENTIFICATION -> Designators.write(answer, path);
            case EXTENDED_INQUIRY -> extendedInquiry(answer);
            case BLOCK_LIMITS -> blockLimits(answer, unit);
            case BLOCK_DEVICE_CHARACTERISTICS -> characteristics(answer, unit.config());
            case LOGICAL_BLOCK_PROVISIONING -> provisioning(answer, unit);
            default -> throw CheckCondition.invalidCdb(2);
        }
        answer.putShort(2, (short) (answer.position() - HEADER_BYTES));
    }

    /**
     * SPC-4 7.8.7. ORDERED is taken, and handled as SIMPLE; commands run at once, which is what
     * HEAD OF QUEUE wants.
     */
    private static void extendedInquiry(ByteBuffer answer) {
        answer.position(5).put((byte) 0x05); // HEADSUP | SIMPSUP
        answer.put((byte) 0x01); // V_SUP: there is a volatile cache
        answer.put(
                (byte) 0x01); // LUICLR: unit attentions are cleared for the reporting nexus alone
        answer.position(64);
    }

    /** SBC-3 6.5.3, with the limits of atomic writes of SBC-4. */
    private static void blockLimits(ByteBuffer answer, LogicalUnit unit) {
        Medium medium = unit.medium();
        int preferred = (int) medium.toBlocks(medium.device().capabilities().preferredBlockBytes());
        int granularity = Math.max(1, preferred);
        boolean thin = unit.config().thin();
        long maxUnmap = thin ? medium.toBlocks(ScsiLimits.MAX_UNMAP_BYTES) : 0;
        answer.put((byte) 0x01); // WSNZ: WRITE SAME of zero blocks does not mean all of them
        answer.put((byte) ScsiLimits.MAX_COMPARE_BLOCKS);
        answer.putShort((short) Math.min(granularity, 0xffff));
        answer.putInt((int) medium.toBlocks(ScsiLimits.MAX_TRANSFER_BYTES));
        answer.putInt((int) medium.toBlocks(ScsiLimits.LARGE_TRANSFER_BYTES));
        answer.putInt(0); // MAXIMUM PREFETCH LENGTH: no limit
        answer.putInt((int) maxUnmap);
        answer.putInt(thin ? ScsiLimits.MAX_UNMAP_DESCRIPTORS : 0);
        answer.putInt(thin ? granularity : 0);
        answer.putInt(thin ? 0x8000_0000 : 0); // UGAVALID, alignment 0
        answer.putLong(ScsiLimits.MAX_WRITE_SAME_BLOCKS);
        answer.putInt(unit.maxAtomicBlocks());
        answer.putInt(0); // ATOMIC ALIGNMENT: any
        answer.putInt(0); // ATOMIC TRANSFER LENGTH GRANULARITY: any
        answer.putInt(0).putInt(0); // no atomic writes with boundaries
    }

    /** SBC-3 6.5.2. */
    private static void characteristics(ByteBuffer answer, LogicalUnitConfig config) {
        // 0001h is a medium that does not rotate; 0000h says nothing about the rate.
        answer.putShort((short) (config.rotational() ? 0 : 1));
        answer.position(64);
    }

    /** SBC-3 6.5.4. */
    private static void provisioning(ByteBuffer answer, LogicalUnit unit) {
        LogicalUnitConfig config = unit.config();
        @Nullable LbaResources resources = unit.resources();
        // THRESHOLD EXPONENT; 0 says that there are no thresholds.
        answer.put((byte) (resources == null ? 0 : resources.exponent(config.blockBytes())));
        // LBPU, LBPWS, LBPWS10: all three ways to unmap. LBPRZ: unmapped blocks read as zeros.
        answer.put((byte) (config.thin() ? 0xe4 : 0x00));
        answer.put((byte) (config.thin() ? 0x02 : 0x00)); // PROVISIONING TYPE: thin
        answer.put((byte) 0);
    }
}
