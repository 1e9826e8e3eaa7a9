/** Long work, and how it ended. */
@NullMarked
package dev.weir.controller.job;

import org.jspecify.annotations.NullMarked;
