/** Requests that may be sent twice: {@code Idempotency-Key}. */
@NullMarked
package dev.weir.controller.idempotency;

import org.jspecify.annotations.NullMarked;
