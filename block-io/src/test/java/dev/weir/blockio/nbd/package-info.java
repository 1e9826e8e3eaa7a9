@NullMarked
package dev.weir.blockio.nbd;

import org.jspecify.annotations.NullMarked;
