package dev.weir.blockio.iscsi;

/** What an Asynchronous Message says (RFC 7143 11.9.1). */
enum AsyncEvent {
    LOGOUT_REQUESTED(1),
    CONNECTION_DROPPED(2),
    SESSION_DROPPED(3);

    static final int EVENT_OFFSET = 36;

    /** Parameters 1 to 3 follow one another, two bytes each. */
    static final int PARAMETER1_OFFSET = 38;

    private final int code;

    AsyncEvent(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
