package dev.weir.controller.event;

import dev.weir.controller.settings.DataDirectory;
import dev.weir.db.EventRow;
import dev.weir.db.EventStore;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Remembers what happened and tells those who watch, in order. Events inform; what is true is in
 * the resources, so an event lost in a crash changes nothing.
 */
@Component
public class EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final EventStore events;
    private final DataDirectory directory;
    private final Clock clock;
    private final List<Consumer<EventRow>> watchers = new CopyOnWriteArrayList<>();
    private final ReentrantLock order = new ReentrantLock();

    EventLog(EventStore events, DataDirectory directory, Clock clock) {
        this.events = events;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * Appends an event.
     *
     * @param kind such as {@code volume.created}
     * @param subject the resource, such as {@code volumes/db01}
     */
    public void append(String kind, String subject, String message) {
        if (!directory.space().admitsDeletions()) {
            LOG.warn("No room to remember the event {} of {}: {}", kind, subject, message);
            return;
        }
        order.lock();
        try {
            var event = events.append(clock.instant(), kind, subject, message);
            watchers.forEach(watcher -> watcher.accept(event));
        } finally {
            order.unlock();
        }
    }

    List<EventRow> after(long id, int limit) {
        return events.after(id, limit);
    }

    /**
     * Gives the watcher every event after {@code id}: first those that are remembered, then each
     * new one as it happens, without a gap or a double. The watcher must not block.
     */
    void watch(long id, int limit, Consumer<EventRow> watcher) {
        order.lock();
        try {
            events.after(id, limit).forEach(watcher);
            watchers.add(watcher);
        } finally {
            order.unlock();
        }
    }

    void unwatch(Consumer<EventRow> watcher) {
        watchers.remove(watcher);
    }

    int watcherCount() {
        return watchers.size();
    }
}
