@NullMarked
package dev.weir.blockio;

import org.jspecify.annotations.NullMarked;
