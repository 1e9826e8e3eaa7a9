package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The failures a simulated device has been told to have. Used from any thread. */
final class DeviceFaults {

    /** Fails operations of some kinds that touch a range, after letting some of them pass. */
    private static final class Fault {
        private final Set<DeviceOperation.Kind> kinds;
        private final long from;
        private final long to;
        private long passing;
        private long failing;

        Fault(Set<DeviceOperation.Kind> kinds, long from, long to, long passing, long failing) {
            this.kinds = kinds;
            this.from = from;
            this.to = to;
            this.passing = passing;
            this.failing = failing;
        }

        boolean strikes(DeviceOperation operation) {
            boolean concerned =
                    kinds.contains(operation.kind())
                            && operation.offset() < to
                            && operation.offset() + operation.length() > from
                            && failing > 0;
            if (!concerned) {
                return false;
            }
            if (passing > 0) {
                passing--;
                return false;
            }
            failing--;
            return true;
        }
    }

    private final List<Fault> faults = new ArrayList<>();
    private boolean dead;
    private boolean hostFull;

    /** Lets the next {@code number - 1} operations of this kind pass and fails one. */
    synchronized void failNth(DeviceOperation.Kind kind, long number) {
        faults.add(new Fault(Set.of(kind), 0, Long.MAX_VALUE, number - 1, 1));
    }

    /** Fails every operation of these kinds that touches the range. */
    synchronized void failRange(Set<DeviceOperation.Kind> kinds, long offset, long length) {
        faults.add(new Fault(kinds, offset, offset + length, 0, Long.MAX_VALUE));
    }

    /** Fails everything for good. */
    synchronized void die() {
        dead = true;
    }

    /** Whether the host below can give no more space: new allocations fail. */
    synchronized void hostFull(boolean full) {
        hostFull = full;
    }

    synchronized boolean hostFull() {
        return hostFull;
    }

    /** Takes back everything but death. */
    synchronized void clear() {
        faults.clear();
        hostFull = false;
    }

    synchronized void check(DeviceOperation operation) throws StorageException {
        if (dead) {
            throw failed(operation, "no answer");
        }
        for (Fault fault : faults) {
            if (fault.strikes(operation)) {
                throw failed(operation, "injected error");
            }
        }
    }

    private static StorageException failed(DeviceOperation operation, String reason) {
        return new StorageException(
                new StorageFailure.DeviceFailed(
                        operation.device(), reason + " for " + operation.toString().strip()));
    }
}
