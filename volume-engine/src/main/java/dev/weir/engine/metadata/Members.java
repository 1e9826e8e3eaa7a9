package dev.weir.engine.metadata;

import dev.weir.blockio.StorageException;
import dev.weir.blockio.StorageFailure;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The devices of a pool, by index, and the one gate through which they are made durable. Usable
 * from any thread.
 *
 * <p>Flushes that arrive while one is under way share the next one: however many clients wait, each
 * device is synced once for all of them.
 */
public final class Members {
    private final List<Member> members = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition finished = lock.newCondition();
    private long requested;
    private long completed;
    private boolean running;

    void add(Member member) {
        if (member.index() != members.size()) {
            throw new IllegalArgumentException("members are added in order of their index");
        }
        members.add(member);
    }

    /** Undoes {@link #add}, if it was this member that was added last. */
    void removeLast(Member member) {
        if (!members.isEmpty() && members.getLast() == member) {
            members.removeLast();
        }
    }

    public Member get(int index) {
        return members.get(index);
    }

    public int count() {
        return members.size();
    }

    public List<Member> all() {
        return List.copyOf(members);
    }

    /**
     * Makes everything durable that was written before this call. A member that fails to is failed
     * from then on; who relies on one asks {@link Member#requireOnline} afterwards.
     */
    public void flush() throws StorageException {
        lock.lock();
        try {
            long mine = ++requested;
            while (running) {
                finished.awaitUninterruptibly();
                if (completed >= mine) {
                    return;
                }
            }
            running = true;
        } finally {
            lock.unlock();
        }
        flushAsLeader();
    }

    private void flushAsLeader() throws StorageException {
        long covers;
        lock.lock();
        try {
            covers = requested;
        } finally {
            lock.unlock();
        }
        try {
            for (Member member : members) {
                member.flush();
            }
        } finally {
            lock.lock();
            try {
                running = false;
                completed = covers;
                finished.signalAll();
            } finally {
                lock.unlock();
            }
        }
        if (members.stream().noneMatch(Member::isOnline)) {
            throw new StorageException(
                    new StorageFailure.DeviceFailed("the pool", "no device is left"));
        }
    }

    void close() throws StorageException {
        StorageException first = null;
        for (Member member : members) {
            try {
                member.close();
            } catch (StorageException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
