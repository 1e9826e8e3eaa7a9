/** The NBD export server: fixed newstyle handshake and transmission over TCP. */
@NullMarked
package dev.weir.blockio.nbd;

import org.jspecify.annotations.NullMarked;
