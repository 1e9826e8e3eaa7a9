/** Thin volumes. */
@NullMarked
package dev.weir.controller.volume;

import org.jspecify.annotations.NullMarked;
