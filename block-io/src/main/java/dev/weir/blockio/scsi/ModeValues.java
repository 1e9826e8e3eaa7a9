package dev.weir.blockio.scsi;

/**
 * The mode parameters that initiators can change; shared by all of them (MLUS 0: SPC-4 7.5.8).
 *
 * @param writeCache WCE: writes may end before they are durable
 * @param descriptorSense D_SENSE
 * @param writeProtect SWP: refuse changes
 * @param tellAborted TAS: tasks that another initiator aborts end with TASK ABORTED. On by default,
 *     as otherwise their initiator would wait for its timeout
 */
record ModeValues(
        boolean writeCache, boolean descriptorSense, boolean writeProtect, boolean tellAborted) {

    static final ModeValues DEFAULT = new ModeValues(true, false, false, true);
}
