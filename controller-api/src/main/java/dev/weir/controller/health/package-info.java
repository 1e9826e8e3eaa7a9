/** Whether it works, for machines that watch: health and metrics. */
@NullMarked
package dev.weir.controller.health;

import org.jspecify.annotations.NullMarked;
