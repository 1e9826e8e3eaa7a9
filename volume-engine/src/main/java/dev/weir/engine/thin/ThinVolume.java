package dev.weir.engine.thin;

import dev.weir.blockio.BlockStatusVisitor;
import dev.weir.blockio.Capabilities;
import dev.weir.blockio.Ranges;
import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import dev.weir.blockio.ZeroMode;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.engine.Limits;
import dev.weir.engine.Volume;
import dev.weir.engine.metadata.JournalRecord;
import dev.weir.engine.metadata.Member;
import dev.weir.engine.metadata.VolumeEntry;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** A volume of a {@link ThinPool}: checks, size and identity here, the bytes in {@link Grains}. */
final class ThinVolume implements Volume {
    private final int number;
    private final UUID id;
    private final Services services;
    private final VolumeSpace space;
    private final Grains grains;
    private final GrainReader reader;
    private final GrainWriter writer;
    private final GrainUnmapper unmapper;
    private final GrainMover mover;
    private final Capabilities capabilities;
    private final int grainBytes;
    private final List<LongConsumer> sizeListeners = new CopyOnWriteArrayList<>();

    /** Guards changes of name and size. */
    private final Object changes = new Object();

    private volatile String name;

    /** Guarded by {@link #changes}. */
    private boolean removed;

    ThinVolume(VolumeEntry entry, Services services) {
        this.number = entry.number();
        this.id = entry.id();
        this.name = entry.name();
        this.services = services;
        this.grainBytes = services.metadata().geometry().grainBytes();
        this.space =
                new VolumeSpace(
                        services.freeExtents(), services.metadata().geometry().slotsPerExtent());
        this.grains = new Grains(number, entry.sizeBytes(), services, space);
        this.reader = new GrainReader(grains);
        this.writer = new GrainWriter(grains);
        this.unmapper = new GrainUnmapper(grains, writer);
        this.mover = new GrainMover(grains);
        this.capabilities =
                new Capabilities(
                        false, true, false, Limits.SECTOR_BYTES, Math.max(4096, grainBytes));
    }

    int number() {
        return number;
    }

    Grains grains() {
        return grains;
    }

    GrainMover mover() {
        return mover;
    }

    VolumeSpace space() {
        return space;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long sizeBytes() {
        return grains.sizeBytes();
    }

    @Override
    public long mappedBytes() {
        return grains.mappedGrains() * grainBytes;
    }

    @Override
    public long allocatedBytes() {
        return space.extentCount() * services.metadata().geometry().extentBytes();
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void read(long offset, OffHeapMemory destination, long destinationOffset, long length)
            throws StorageException {
        int ticket = services.grace().enter();
        try {
            check(offset, length);
            reader.read(offset, destination, destinationOffset, length);
        } finally {
            services.grace().exit(ticket);
        }
    }

    @Override
    public void write(
            long offset, OffHeapMemory source, long sourceOffset, long length, boolean fua)
            throws StorageException {
        check(offset, length);
        writer.write(offset, source, sourceOffset, length);
        finish(fua);
    }

    @Override
    public void flush() throws StorageException {
        check(0, 0);
        services.metadata().flush();
        services.metadata().requireJournal();
        for (Member member : services.metadata().members().all()) {
            if (!member.isOnline() && !member.isMissing() && space.isOn(member)) {
                member.requireOnline();
            }
        }
    }

    @Override
    public void trim(long offset, long length, boolean fua) throws StorageException {
        check(offset, length);
        clear(offset, length);
        finish(fua);
    }

    @Override
    public void zero(long offset, long length, ZeroMode mode, boolean fua) throws StorageException {
        check(offset, length);
        switch (mode) {
            case MAY_TRIM, FAST -> clear(offset, length);
            case ALLOCATE -> {
                writer.zeroMapped(offset, length);
                writer.allocate(offset, length);
            }
            case FAST_ALLOCATE ->
                    throw new StorageException(
                            new StorageFailure.Unsupported("fast zeroing of allocated space"));
        }
        finish(fua);
    }

    @Override
    public void blockStatus(long offset, long length, BlockStatusVisitor visitor)
            throws StorageException {
        int ticket = services.grace().enter();
        try {
            check(offset, length);
            reader.blockStatus(offset, length, visitor);
        } finally {
            services.grace().exit(ticket);
        }
    }

    @Override
    public void cache(long offset, long length) throws StorageException {
        int ticket = services.grace().enter();
        try {
            check(offset, length);
            reader.cache(offset, length);
        } finally {
            services.grace().exit(ticket);
        }
    }

    @Override
    public Registration onSizeChange(LongConsumer listener) {
        sizeListeners.add(listener);
        return () -> sizeListeners.remove(listener);
    }

    @Override
    public void resize(long newSizeBytes) throws StorageException {
        checkSize(newSizeBytes, grainBytes);
        synchronized (changes) {
            check(0, 0);
            if (newSizeBytes < sizeBytes()) {
                shrink(newSizeBytes);
            } else if (newSizeBytes > sizeBytes()) {
                record(name, newSizeBytes);
                grains.resize(newSizeBytes);
            }
            // Under the lock, so that the last size a listener hears of is the one that counts.
            sizeListeners.forEach(listener -> listener.accept(newSizeBytes));
        }
    }

    @Override
    public void rename(String newName) throws StorageException {
        VolumeEntry renamed = new VolumeEntry(number, id, newName, sizeBytes());
        synchronized (changes) {
            check(0, 0);
            record(renamed.name(), sizeBytes());
            name = newName;
        }
    }

    /** Records that the volume is gone; no change of it can be recorded after that. */
    void recordRemoval() throws StorageException {
        synchronized (changes) {
            services.metadata().append(new JournalRecord.VolumeRemoved(number));
            removed = true;
        }
    }

    /** Ends all use of the volume; returns when nobody is using it any more. */
    @Override
    public void close() {
        grains.close();
    }

    static void checkSize(long sizeBytes, int grainBytes) throws StorageException {
        if (sizeBytes <= 0 || sizeBytes % Limits.SECTOR_BYTES != 0) {
            throw new StorageException(
                    new StorageFailure.Invalid(
                            "a volume's size is a positive multiple of "
                                    + Limits.SECTOR_BYTES
                                    + " bytes, not "
                                    + sizeBytes));
        }
        if (sizeBytes / grainBytes > Limits.MAX_VOLUME_GRAINS) {
            throw new StorageException(
                    new StorageFailure.Invalid(
                            "a volume in this pool has at most "
                                    + Limits.MAX_VOLUME_GRAINS * grainBytes
                                    + " bytes, not "
                                    + sizeBytes));
        }
    }

    /**
     * Writes beyond the new end stop first, then the tail is looked at: so nothing can slip in
     * between. A shrink that is refused is refused by a first look, before anybody could notice.
     */
    private void shrink(long newSizeBytes) throws StorageException {
        requireUnmapped(newSizeBytes);
        long oldSizeBytes = sizeBytes();
        grains.resize(newSizeBytes);
        try {
            grains.drain();
            requireUnmapped(newSizeBytes, oldSizeBytes);
            record(name, newSizeBytes);
        } catch (StorageException e) {
            grains.resize(oldSizeBytes);
            throw e;
        }
    }

    private void requireUnmapped(long newSizeBytes) throws StorageException {
        requireUnmapped(newSizeBytes, sizeBytes());
    }

    private void requireUnmapped(long newSizeBytes, long oldSizeBytes) throws StorageException {
        long firstCut = (newSizeBytes + grainBytes - 1) / grainBytes;
        long end = (oldSizeBytes + grainBytes - 1) / grainBytes;
        long lastMapped = lastMappedEnd(firstCut, end);
        if (lastMapped > firstCut) {
            throw new StorageException(
                    new StorageFailure.ShrinkUnsafe(
                            newSizeBytes, Math.min(oldSizeBytes, lastMapped * grainBytes)));
        }
        long restEnd = Math.min(oldSizeBytes, firstCut * grainBytes);
        if (restEnd > newSizeBytes) {
            requireZeros(newSizeBytes, restEnd);
        }
    }

    private long lastMappedEnd(long first, long end) throws StorageException {
        int ticket = services.grace().enter();
        try {
            check(0, 0);
            return reader.lastMappedEnd(first, end);
        } finally {
            services.grace().exit(ticket);
        }
    }

    /**
     * The rest of a grain that is cut in two must be zeros: it would come back with a later grow.
     */
    private void requireZeros(long from, long end) throws StorageException {
        try (OffHeapMemory rest = OffHeapMemory.allocate(end - from)) {
            int ticket = services.grace().enter();
            try {
                reader.read(from, rest, 0, end - from);
            } finally {
                services.grace().exit(ticket);
            }
            if (!rest.isZero(0, end - from)) {
                throw new StorageException(new StorageFailure.ShrinkUnsafe(from, end));
            }
        }
    }

    private void record(String newName, long newSizeBytes) throws StorageException {
        if (removed) {
            throw new StorageException(new StorageFailure.Closed("the volume " + name));
        }
        services.metadata()
                .append(
                        new JournalRecord.VolumeSet(
                                new VolumeEntry(number, id, newName, newSizeBytes)));
        services.metadata().flush();
        services.metadata().requireJournal();
    }

    /** Unmaps whole grains, and writes zeros to the parts of grains at the edges. */
    private void clear(long offset, long length) throws StorageException {
        long end = offset + length;
        long firstWhole = (offset + grainBytes - 1) / grainBytes;
        long endWhole = end / grainBytes;
        if (firstWhole > endWhole) {
            writer.zeroMapped(offset, length);
            return;
        }
        writer.zeroMapped(offset, firstWhole * grainBytes - offset);
        long tail = endWhole * grainBytes;
        if (tail < end) {
            unmapper.clearHead(tail, end);
        }
        unmapper.unmap(firstWhole, endWhole);
    }

    private void finish(boolean fua) throws StorageException {
        if (fua) {
            flush();
        }
    }

    private void check(long offset, long length) throws StorageException {
        if (grains.isClosed()) {
            throw new StorageException(new StorageFailure.Closed("the volume " + name));
        }
        Ranges.check(offset, length, sizeBytes());
    }
}
