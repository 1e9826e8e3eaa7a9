package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/**
 * The logical block provisioning mode page (SBC-3 6.4.9): at which fill initiators are told. It
 * follows the pool, and no initiator can change it.
 *
 * <pre>
 *  0  SPF | 1Ch                 16  ENABLED | THRESHOLD TYPE | THRESHOLD ARMING
 *  1  02h                       17  THRESHOLD RESOURCE
 *  2  page length (2)           20  THRESHOLD COUNT, in threshold sets (4)
 *  4  SITUA
 * </pre>
 */
final class ThresholdPage {
    private ThresholdPage() {}

    static final int PAGE = 0x1c;
    static final int SUBPAGE = 0x02;
    static final int BYTES = 24;

    private static final int SUBPAGE_FORMAT = 0x40;
    private static final int HEADER_BYTES = 4;
    private static final int DESCRIPTORS_AT = 16;

    /** A threshold of the type "count", armed for resources that increase. */
    private static final int ENABLED_INCREASING = 0x80 | 0x01;

    /** The parameter of the log page that is compared: used LBA mapping resources. */
    private static final int USED_RESOURCES = 0x02;

    /** Appends the page; SITUA is 0: every nexus is told. */
    static void write(ByteBuffer to, LbaResources resources, ModePages.Control control) {
        int start = to.position();
        to.put((byte) (SUBPAGE_FORMAT | PAGE)).put((byte) SUBPAGE);
        to.putShort((short) (BYTES - HEADER_BYTES));
        if (control != ModePages.Control.CHANGEABLE) {
            to.position(start + DESCRIPTORS_AT);
            to.put((byte) ENABLED_INCREASING).put((byte) USED_RESOURCES).putShort((short) 0);
            to.putInt(resources.sets(resources.softThresholdBytes()));
        }
        to.position(start + BYTES);
    }
}
