/** What happened, for people and programs that watch. */
@NullMarked
package dev.weir.controller.event;

import org.jspecify.annotations.NullMarked;
