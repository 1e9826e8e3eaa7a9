/**
 * SCSI without a transport: targets, logical units, and the commands that initiators send them
 * (SAM-5, SPC-4, SBC-3). A logical unit is a {@link dev.weir.blockio.BlockDevice} seen as a disk.
 */
@NullMarked
package dev.weir.blockio.scsi;

import org.jspecify.annotations.NullMarked;
