package dev.weir.blockio.nbd;

import java.io.IOException;

/** A client did what leaves no way to go on in step with it; its connection is dropped. */
final class ProtocolViolation extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolViolation(String message) {
        super(message);
    }
}
