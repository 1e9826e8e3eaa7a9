package dev.weir.db;

import java.time.Instant;
import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The newest events; older ones are dropped, so that the table stays small for ever. */
@Repository
public class EventStore {
    /** Events kept; a few more may exist between two rounds of dropping. */
    public static final int MAX_EVENTS = 10_000;

    private static final int DROP_EVERY = 256;
    private static final int MAX_MESSAGE_CHARS = 2048;

    private final EventRepository events;

    EventStore(EventRepository events) {
        this.events = events;
    }

    @Transactional
    public EventRow append(Instant at, String kind, String subject, String message) {
        var event = new EventEntity();
        event.occurredAt = at;
        event.kind = kind;
        event.subject = subject;
        event.message =
                message.length() <= MAX_MESSAGE_CHARS
                        ? message
                        : message.substring(0, MAX_MESSAGE_CHARS);
        var row = events.saveAndFlush(event).row();
        if (row.id() % DROP_EVERY == 0) {
            events.deleteUpTo(row.id() - MAX_EVENTS);
        }
        return row;
    }

    /** Events with a greater id, oldest first. */
    public List<EventRow> after(long id, int limit) {
        return events.findByIdGreaterThanOrderByIdAsc(id, Limit.of(limit)).stream()
                .map(EventEntity::row)
                .toList();
    }
}
