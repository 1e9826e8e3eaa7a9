/** The inventory of extents: what is where. */
@NullMarked
package dev.weir.controller.extent;

import org.jspecify.annotations.NullMarked;
