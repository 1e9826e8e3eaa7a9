/** Volumes offered to clients over a network protocol. */
@NullMarked
package dev.weir.controller.export;

import org.jspecify.annotations.NullMarked;
