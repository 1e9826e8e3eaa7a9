package dev.weir.engine.simulation;

/** One operation that reached a simulated device. */
record DeviceOperation(String device, Kind kind, long offset, long length, boolean fua) {

    enum Kind {
        READ,
        WRITE,
        ZERO,
        TRIM,
        FLUSH,
        STATUS
    }

    @Override
    public String toString() {
        return "    "
                + device
                + " "
                + kind
                + (kind == Kind.FLUSH ? "" : " " + offset + "+" + length)
                + (fua ? " FUA" : "");
    }
}
