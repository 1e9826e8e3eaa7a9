/**
 * What a pool keeps on its own devices about itself: superblocks, the journal, and paged tables
 * that checkpoints write.
 *
 * <p>The truth about a mapping is kept where the data is: for each slot of each extent, which grain
 * of which volume it holds. Its size follows from the size of the device, so metadata can never run
 * out of space. Forward maps are built from it when a pool is opened.
 */
@NullMarked
package dev.weir.engine.metadata;

import org.jspecify.annotations.NullMarked;
