package dev.weir.blockio.iscsi;

/** Compares numbers that wrap around at 2^32 (RFC 7143 4.2.2.1, RFC 1982). */
final class SerialNumber {
    private SerialNumber() {}

    static boolean isBefore(int a, int b) {
        return a - b < 0;
    }

    static boolean isAfter(int a, int b) {
        return a - b > 0;
    }
}
