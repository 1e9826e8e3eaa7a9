/**
 * Thin volumes over extents and slots, on top of the metadata that makes them last.
 *
 * <p>One invariant carries the promise that nobody ever reads somebody else's bytes: a slot is
 * handed out only when it is known to read as zeros, also after a loss of power. A slot or extent
 * that was used before is zeroed, and that made durable, between the two uses; and its zeroing
 * starts only when nobody can still be reading it and the record that freed it is durable.
 *
 * <p>Lock order: stripe of a volume, space of a volume, free extents of the pool, metadata. The
 * fast path takes none: it enters the {@link dev.weir.engine.thin.GracePeriod}, and never waits for
 * a lock inside.
 */
@NullMarked
package dev.weir.engine.thin;

import org.jspecify.annotations.NullMarked;
