/**
 * The seam between those who serve bytes and those who store them: {@link
 * dev.weir.blockio.BlockDevice} and the failures it can end in.
 */
@NullMarked
package dev.weir.blockio;

import org.jspecify.annotations.NullMarked;
