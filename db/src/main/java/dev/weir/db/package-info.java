/**
 * What must be remembered: the schema, the entities that map it, and the stores that hide both.
 *
 * <p>Stores take and return records ending in {@code Row}; entities never leave this package. Each
 * method of a store is one transaction. A row says what is wanted and what was last known; what is
 * on the devices is the engine's to say.
 */
@NullMarked
package dev.weir.db;

import org.jspecify.annotations.NullMarked;
