/**
 * Where bytes live: pools of devices, and the thin volumes carved out of them. This package is the
 * whole interface of the engine; the packages below it are its inside.
 */
@NullMarked
package dev.weir.engine;

import org.jspecify.annotations.NullMarked;
