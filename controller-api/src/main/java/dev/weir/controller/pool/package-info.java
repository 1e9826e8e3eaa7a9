/** Pools and their devices. */
@NullMarked
package dev.weir.controller.pool;

import org.jspecify.annotations.NullMarked;
