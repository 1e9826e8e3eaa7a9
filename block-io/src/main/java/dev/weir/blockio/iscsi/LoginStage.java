package dev.weir.blockio.iscsi;

/** Stages of a login (RFC 7143 11.12.3). */
final class LoginStage {
    private LoginStage() {}

    static final int SECURITY = 0;
    static final int OPERATIONAL = 1;
    static final int FULL_FEATURE = 3;
}
