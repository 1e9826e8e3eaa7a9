package dev.weir.blockio.wire;

import java.io.IOException;

/** A client did what leaves no way to go on in step with it; its connection is dropped. */
public final class ProtocolViolation extends IOException {
    private static final long serialVersionUID = 1L;

    public ProtocolViolation(String message) {
        super(message);
    }
}
