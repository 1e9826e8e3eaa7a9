/** Errors as a client sees them (RFC 9457): every type, and every way into it. */
@NullMarked
package dev.weir.controller.problem;

import org.jspecify.annotations.NullMarked;
