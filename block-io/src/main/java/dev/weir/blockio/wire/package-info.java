/**
 * What the export servers share between a socket and their protocol: buffers of one connection, the
 * queue of its replies, and the threads that wait for a device on its behalf.
 */
@NullMarked
package dev.weir.blockio.wire;

import org.jspecify.annotations.NullMarked;
