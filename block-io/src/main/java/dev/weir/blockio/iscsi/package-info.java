/** The iSCSI target server (RFC 7143): login, sessions, and SCSI commands over TCP. */
@NullMarked
package dev.weir.blockio.iscsi;

import org.jspecify.annotations.NullMarked;
