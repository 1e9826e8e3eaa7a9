package dev.weir.blockio.scsi;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The mode parameters of a logical unit, and their form as mode pages: read-write error recovery
 * (SBC-3 6.4.7), caching (SBC-3 6.4.5), control and control extension (SPC-4 7.5.8, 7.5.9),
 * informational exceptions (SBC-3 6.4.6) and, where there are thresholds, {@link ThresholdPage}.
 * Thread-safe: the values are replaced as a whole.
 */
final class ModePages {
    private static final int ERROR_RECOVERY = 0x01;
    static final int CACHING = 0x08;
    static final int CONTROL = 0x0a;
    static final int INFORMATIONAL_EXCEPTIONS = 0x1c;
    static final int ALL_PAGES = 0x3f;
    static final int ALL_SUBPAGES = 0xff;
    private static final int CONTROL_EXTENSION = 0x01;

    private static final int SUBPAGE_FORMAT = 0x40;

    /** Thresholds that are reached raise unit attentions. */
    private static final int LBPERE = 0x80;

    private static final int LBPERE_BYTE = 7;

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

    private final Supplier<@Nullable LbaResources> resources;
    private volatile ModeValues values = ModeValues.DEFAULT;

    ModePages(Supplier<@Nullable LbaResources> resources) {
        this.resources = resources;
    }

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
        boolean concernsSpace =
                page == ERROR_RECOVERY || page == ThresholdPage.PAGE || page == ALL_PAGES;
        @Nullable LbaResources space = concernsSpace ? resources.get() : null;
        if ((page == ERROR_RECOVERY || page == ALL_PAGES) && isPlain(subpage)) {
            errorRecovery(to, control, space != null);
        }
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
        if (space != null
                && ((page == ThresholdPage.PAGE && subpage == ThresholdPage.SUBPAGE)
                        || ((page == ThresholdPage.PAGE || page == ALL_PAGES)
                                && subpage == ALL_SUBPAGES))) {
            ThresholdPage.write(to, space, control);
        }
        return to.position() > start;
    }

    private static boolean isPlain(int subpage) {
        return subpage == 0 || subpage == ALL_SUBPAGES;
    }

    /** Errors are neither retried here nor mended: all other fields are zero. */
    private static void errorRecovery(ByteBuffer to, Control control, boolean thresholds) {
        int start = page(to, ERROR_RECOVERY, 12);
        if (thresholds && control != Control.CHANGEABLE) {
            to.put(start + LBPERE_BYTE, (byte) LBPERE);
        }
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
