package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;

/**
 * The mode parameters of a logical unit, and their form as mode pages: caching (SBC-3 6.4.5),
 * control and control extension (SPC-4 7.5.8, 7.5.9), informational exceptions (SBC-3 6.4.6).
 * Thread-safe: the values are replaced as a whole.
 */
final class ModePages {
    static final int CACHING = 0x08;
    static final int CONTROL = 0x0a;
    static final int INFORMATIONAL_EXCEPTIONS = 0x1c;
    static final int ALL_PAGES = 0x3f;
    static final int ALL_SUBPAGES = 0xff;
    private static final int CONTROL_EXTENSION = 0x01;

    private static final int SUBPAGE_FORMAT = 0x40;

    // Bits that can be changed, and their byte in the page.
    static final int WCE = 0x04;
    static final int WCE_BYTE = 2;
    static final int D_SENSE = 0x04;
    static final int D_SENSE_BYTE = 2;
    static final int SWP = 0x08;
    static final int SWP_BYTE = 4;
    static final int TAS = 0x40;
    static final int TAS_BYTE = 5;

    /** Which values of a page are asked for (SPC-4 6.13, PC). */
    enum Control {
        CURRENT,
        CHANGEABLE,
        DEFAULT
    }

    private volatile ModeValues values = ModeValues.DEFAULT;

    ModeValues values() {
        return values;
    }

    boolean writesThrough() {
        return !values.writeCache();
    }

    void change(ModeValues next) {
        values = next;
    }

    void reset() {
        values = ModeValues.DEFAULT;
    }

    /** Appends the pages asked for; returns whether there are any. */
    boolean write(ByteBuffer to, int page, int subpage, Control control) {
        int start = to.position();
        if ((page == CACHING || page == ALL_PAGES) && isPlain(subpage)) {
            caching(to, control);
        }
        if ((page == CONTROL || page == ALL_PAGES) && isPlain(subpage)) {
            control(to, control);
        }
        if ((page == CONTROL && subpage == CONTROL_EXTENSION)
                || ((page == CONTROL || page == ALL_PAGES) && subpage == ALL_SUBPAGES)) {
            controlExtension(to, control);
        }
        if ((page == INFORMATIONAL_EXCEPTIONS || page == ALL_PAGES) && isPlain(subpage)) {
            informationalExceptions(to, control);
        }
        return to.position() > start;
    }

    private static boolean isPlain(int subpage) {
        return subpage == 0 || subpage == ALL_SUBPAGES;
    }

    private void caching(ByteBuffer to, Control control) {
        int start = page(to, CACHING, 20);
        boolean set = select(control, values.writeCache(), ModeValues.DEFAULT.writeCache());
        to.put(start + WCE_BYTE, (byte) (set ? WCE : 0));
        if (control != Control.CHANGEABLE) {
            to.put(start + 12, (byte) 0x20); // DRA: there is no read-ahead to be switched off
        }
    }

    private void control(ByteBuffer to, Control control) {
        int start = page(to, CONTROL, 12);
        ModeValues now = values;
        ModeValues initial = ModeValues.DEFAULT;
        boolean sense = select(control, now.descriptorSense(), initial.descriptorSense());
        boolean protect = select(control, now.writeProtect(), initial.writeProtect());
        boolean told = select(control, now.tellAborted(), initial.tellAborted());
        to.put(start + D_SENSE_BYTE, (byte) (sense ? D_SENSE : 0));
        to.put(start + SWP_BYTE, (byte) (protect ? SWP : 0));
        to.put(start + TAS_BYTE, (byte) (told ? TAS : 0));
        if (control != Control.CHANGEABLE) {
            to.put(start + 3, (byte) 0x10); // QUEUE ALGORITHM MODIFIER: reordering is allowed
            to.putShort(start + 8, (short) 0xffff); // BUSY TIMEOUT PERIOD: no limit
        }
    }

    private static void controlExtension(ByteBuffer to, Control control) {
        int start = to.position();
        to.put((byte) (SUBPAGE_FORMAT | CONTROL)).put((byte) CONTROL_EXTENSION);
        to.putShort((short) 28);
        to.put((byte) (control == Control.CHANGEABLE ? 0 : 0x01)); // IALUAE
        to.position(start + 32);
    }

    /** Nothing is ever predicted: DEXCPT. */
    private static void informationalExceptions(ByteBuffer to, Control control) {
        int start = page(to, INFORMATIONAL_EXCEPTIONS, 12);
        if (control != Control.CHANGEABLE) {
            to.put(start + 2, (byte) 0x08);
        }
    }

    private static boolean select(Control control, boolean current, boolean initial) {
        return switch (control) {
            case CURRENT -> current;
            case DEFAULT -> initial;
            case CHANGEABLE -> true;
        };
    }

    /** Starts a page whose bytes are zero until set. */
    private static int page(ByteBuffer to, int code, int bytes) {
        int start = to.position();
        to.put((byte) code).put((byte) (bytes - 2)).position(start + bytes);
        return start;
    }
}
