package dev.weir.blockio.iscsi;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Names of initiators and targets (RFC 7143 4.2.7, RFC 3722). */
final class IscsiName {
    private IscsiName() {}

    private static final int MAX_BYTES = 223;

    /**
     * The characters that RFC 3722 leaves in a name, without those beyond ASCII made lower case.
     */
    private static final Pattern FORM =
            Pattern.compile(
                    "iqn\\.[0-9]{4}-[0-9]{2}\\.[^\\p{Cntrl}\\p{Space},;=/\\\\A-Z]+"
                            + "|eui\\.[0-9a-fA-F]{16}"
                            + "|naa\\.(?:[0-9a-fA-F]{16}|[0-9a-fA-F]{32})");

    static boolean isValid(String name) {
        return fits(name) && FORM.matcher(name).matches();
    }

    /** What an initiator may call itself: initiators are not all strict about the form. */
    static boolean isAcceptable(String name) {
        return !name.isEmpty()
                && fits(name)
                && name.chars().noneMatch(c -> c <= ' ' || c == ',' || c == 0x7f);
    }

    private static boolean fits(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }
}
