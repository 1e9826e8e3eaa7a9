/** Files as block devices: mapped memory for bytes, system calls for space and durability. */
@NullMarked
package dev.weir.blockio.file;

import org.jspecify.annotations.NullMarked;
