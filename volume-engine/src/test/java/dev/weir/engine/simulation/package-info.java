/**
 * The crash simulation: the engine on simulated devices that lose, reorder and tear what was not
 * synced and fail on demand, against a model of what every sector may read as. It speaks to the
 * engine through its public interface alone.
 */
@NullMarked
package dev.weir.engine.simulation;

import org.jspecify.annotations.NullMarked;
