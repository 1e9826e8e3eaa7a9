/** Off-heap memory on Chronicle Bytes; the only package that knows Chronicle. */
@NullMarked
package dev.weir.blockio.memory;

import org.jspecify.annotations.NullMarked;
