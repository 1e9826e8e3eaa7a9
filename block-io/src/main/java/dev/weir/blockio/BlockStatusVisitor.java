package dev.weir.blockio;

/** Receives the runs of a {@link BlockDevice#blockStatus} call. */
@FunctionalInterface
public interface BlockStatusVisitor {

    /**
     * Takes one run.
     *
     * @param length bytes in this run, at least 1
     * @param hole no space is held for it
     * @param zero it reads as zeros
     * @return whether to go on
     */
    boolean visit(long length, boolean hole, boolean zero) throws StorageException;
}
