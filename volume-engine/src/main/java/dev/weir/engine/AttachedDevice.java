package dev.weir.engine;

import dev.weir.blockio.BlockDevice;

/**
 * An open device handed to a pool, which closes it in the end.
 *
 * @param path where it was found, for people
 */
public record AttachedDevice(String path, BlockDevice device) {}
