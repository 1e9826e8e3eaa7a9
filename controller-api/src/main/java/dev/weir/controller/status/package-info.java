/** The controller at a glance. */
@NullMarked
package dev.weir.controller.status;

import org.jspecify.annotations.NullMarked;
