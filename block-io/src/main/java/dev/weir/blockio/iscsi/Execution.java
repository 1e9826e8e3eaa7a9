package dev.weir.blockio.iscsi;

import dev.weir.blockio.memory.BufferPool;
import dev.weir.blockio.memory.IoBuffer;
import dev.weir.blockio.memory.OffHeapMemory;
import dev.weir.blockio.scsi.Nexus;
import dev.weir.blockio.scsi.ScsiTask;
import dev.weir.blockio.wire.ColdReads;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the commands of one connection and answers them. Small ones that do not wait for a
 * device run on the connection's thread, out of the receive buffer and into the replies; the others
 * run on workers, in a buffer of their own, and are answered out of order.
 *
 * <p>Everything happens inside a batch of the connection's replies, whichever thread does it, but
 * for {@link ScsiTask#run} on a worker.
 */
final class Execution {
    private static final Logger log = LoggerFactory.getLogger(Execution.class);

    /** Data up to this size is moved on the connection's thread. */
    private static final int INLINE_BYTES = 256 << 10;

    // SAM-5 5.3.1
    private static final int STATUS_GOOD = 0x00;
    private static final int STATUS_BUSY = 0x08;

    /** Stands in where a command moves no data. */
    private static final OffHeapMemory NO_DATA = OffHeapMemory.allocate(1);

    private final ConnectionServices services;
    private final SessionParameters parameters;
    private final Nexus nexus;
    private final CommandTable table = new CommandTable();
    private final ColdReads coldReads = new ColdReads();
    private boolean ended;

    Execution(ConnectionServices services, SessionParameters parameters, Nexus nexus) {
        this.services = services;
        this.parameters = parameters;
        this.nexus = nexus;
    }

    /** What is done later, once there is memory. */
    @FunctionalInterface
    interface Continuation {
        void run() throws IOException;
    }

    CommandTable table() {
        return table;
    }

    Command obtain() {
        Command used = table.reuse();
        return used != null ? used : new Command(nexus.newTask(), parameters.maxOutstandingR2t());
    }

    /** Carries out a command that gets no data. */
    void execute(Command command, boolean othersWait) throws IOException {
        execute(command, NO_DATA, 0, 0, othersWait);
    }

    /**
     * Carries out a command.
     *
     * @param dataOut what came from the initiator; in the receive buffer, or that of the command
     * @param othersWait whether doing a slow one on the spot would hold up anything else
     */
    void execute(Command command, OffHeapMemory dataOut, int offset, int bytes, boolean othersWait)
            throws IOException {
        ScsiTask task = command.task();
        int capacity = (int) Math.min(command.readableBytes(), task.dataInCapacityHint());
        if (task.mayBlock()
                || bytes > INLINE_BYTES
                || capacity > INLINE_BYTES
                || !services.responses().fitsOneDataIn(capacity, parameters.maxBurstBytes())
                || (capacity > 0 && coldReads.expected() && (othersWait || isBusy()))) {
            executeLater(command, dataOut, offset, bytes, capacity);
            return;
        }
        services.responses().prepareDataIn(capacity);
        PduWriter writer = services.responses().writer();
        long start = System.nanoTime();
        task.run(dataOut, offset, bytes, writer.memory(), writer.dataAt(), capacity);
        if (capacity > 0) {
            coldReads.done(capacity, System.nanoTime() - start);
        }
        respond(command);
    }

    /** Answers a command for which there is no memory; the initiator tries again. */
    void busy(Command command) throws IOException {
        if (!command.task().aborted()) {
            try {
                countAnswer(command);
                services.responses().status(command, STATUS_BUSY);
            } finally {
                finish(command);
            }
        } else {
            drop(command);
        }
    }

    /** Gives a command memory that is taken already. */
    IoBuffer hold(Command command, int bytes) {
        int size = BufferPool.sizeFor(bytes);
        try {
            IoBuffer buffer = services.pool().acquire(bytes);
            command.hold(buffer, size);
            return buffer;
        } catch (OutOfMemoryError e) {
            services.memory().release(size);
            throw e;
        }
    }

    /** Goes on with a command once this much memory is taken for it. */
    void withMemory(Command command, int bytes, Continuation next) throws IOException {
        long size = BufferPool.sizeFor(bytes);
        int generation = command.generation();
        MemoryBudget.Request request =
                new MemoryBudget.Request(size, () -> granted(command, generation, size, next));
        command.waitForMemory(request);
        if (services.memory().take(request)) {
            next.run();
        }
    }

    /** Ends a command without a response. */
    void drop(Command command) {
        countAnswer(command);
        finish(command);
    }

    /**
     * Ends all commands without responses, because the connection is gone, and waits for those that
     * run. Called by the connection's thread, outside of batches.
     */
    void shutDown(ScsiCommands commands) {
        services.replies().startBatch();
        commands.end();
        services.replies().abandonBatch();
        services.workers().awaitIdleUninterruptibly();
        for (Command command = table.reuse(); command != null; command = table.reuse()) {
            nexus.release(command.task());
        }
    }

    /** From here on nothing is answered. */
    void end() {
        ended = true;
    }

    void finish(Command command) {
        table.remove(command);
        command.task().end();
        IoBuffer buffer = command.buffer();
        if (buffer != null) {
            services.pool().release(buffer);
            services.memory().release(command.heldBytes());
            command.dropBuffer();
        }
        MemoryBudget.Request request = command.memoryRequest();
        if (request != null) {
            services.memory().cancel(request);
        }
        command.waitFor(Command.Wait.NOTHING);
        table.keep(command);
    }

    private boolean isBusy() {
        return services.workers().isBusy();
    }

    private void executeLater(
            Command command, OffHeapMemory dataOut, int offset, int bytes, int capacity)
            throws IOException {
        if (command.buffer() == null && bytes > 0) {
            // The receive buffer is used again before a worker gets to it.
            if (!services.memory().tryTake(BufferPool.sizeFor(bytes))) {
                busy(command);
                return;
            }
            dataOut.copyTo(offset, hold(command, bytes).memory(), 0, bytes);
        }
        if (command.buffer() == null && capacity > 0) {
            withMemory(
                    command,
                    capacity,
                    () -> {
                        hold(command, capacity);
                        submit(command, 0, capacity);
                    });
        } else {
            // A command moves data in one direction only; see ScsiCommands.
            submit(command, bytes, command.buffer() == null || bytes > 0 ? 0 : capacity);
        }
    }

    private void submit(Command command, int bytes, int capacity) {
        command.waitFor(Command.Wait.WORKER);
        // Always succeeds: the command window bounds them, and workers that have answered, but not
        // come to their end, are not to be counted against it.
        services.workers().tryReserve(0);
        try {
            services.workers().execute(() -> carryOut(command, bytes, capacity));
        } catch (RuntimeException | Error e) {
            services.workers().release(0);
            throw e;
        }
    }

    /** The body of a worker. */
    private void carryOut(Command command, int bytes, int capacity) {
        try {
            IoBuffer buffer = command.buffer();
            OffHeapMemory data = buffer == null ? NO_DATA : buffer.memory();
            command.task().run(data, 0, bytes, data, 0, capacity);
            services.replies().startBatch();
            try {
                respond(command);
            } finally {
                services.replies().leaveBatch();
            }
        } catch (IOException _) {
            services.abort().run();
        } catch (RuntimeException | Error e) {
            log.error("A command of {} failed", nexus.initiator(), e);
            services.abort().run();
        } finally {
            services.workers().release(0);
        }
    }

    private void granted(Command command, int generation, long size, Continuation next) {
        try {
            services.replies().startBatch();
            try {
                boolean waits =
                        command.generation() == generation
                                && command.waitsFor() == Command.Wait.MEMORY;
                if (waits && !command.task().aborted()) {
                    next.run();
                } else {
                    services.memory().release(size);
                    if (waits) {
                        drop(command);
                    }
                }
            } finally {
                services.replies().leaveBatch();
            }
        } catch (IOException _) {
            services.abort().run();
        } catch (RuntimeException | Error e) {
            log.error("A command of {} failed", nexus.initiator(), e);
            services.abort().run();
        }
    }

    private void respond(Command command) throws IOException {
        ScsiTask task = command.task();
        if (ended || task.aborted()) {
            drop(command);
            return;
        }
        try {
            countAnswer(command);
            int bytes = task.dataInStored();
            if (task.status() != STATUS_GOOD || bytes == 0) {
                services.responses().scsiResponse(command, task);
            } else {
                sendData(command, bytes);
                services.traffic().read(bytes);
            }
            if (task.status() == STATUS_GOOD) {
                services.traffic().written(command.takenBytes());
            }
            services.traffic().answered();
        } finally {
            finish(command);
        }
    }

    private void sendData(Command command, int bytes) throws IOException {
        long residual = command.residualBytes(command.task().dataInLength());
        IoBuffer buffer = command.buffer();
        if (buffer == null) {
            services.responses().dataInWithStatus(command, bytes, residual);
        } else {
            services.responses()
                    .dataInWithStatus(command, buffer, bytes, residual, parameters.maxBurstBytes());
        }
    }

    /** Makes room in the command window, before a response that says so. */
    private void countAnswer(Command command) {
        if (!command.isImmediate()) {
            services.window().answered();
        }
    }
}
