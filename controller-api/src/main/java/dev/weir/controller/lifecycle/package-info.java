/** The order of starting and stopping. */
@NullMarked
package dev.weir.controller.lifecycle;

import org.jspecify.annotations.NullMarked;
