package dev.weir.controller.event;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemType;
import dev.weir.db.EventRow;
import dev.weir.db.EventStore;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams of events to those who watch. Each stream has a virtual thread and a bounded queue; a
 * client that does not read is cut off when its queue is full, and resumes with {@code
 * Last-Event-ID}.
 */
@Component
class EventStreams {
    /** Streams at a time. */
    static final int MAX_STREAMS = 64;

    private static final int QUEUE_EVENTS = EventStore.MAX_EVENTS + 1024;
    private static final long HEARTBEAT_SECONDS = 15;
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

    private final EventLog log;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    EventStreams(EventLog log) {
        this.log = log;
    }

    SseEmitter open(long after) {
        if (open.size() >= MAX_STREAMS) {
            throw new Problem(
                            ProblemType.TOO_MANY_STREAMS,
                            "There are too many streams of events.",
                            "Each stream holds a connection.",
                            "Close another stream, or poll the list.")
                    .with("limit", MAX_STREAMS)
                    .exception();
        }
        var stream = new Stream();
        open.add(stream);
        log.watch(after, EventStore.MAX_EVENTS, stream);
        stream.thread.start();
        return stream.emitter;
    }

    /** Ends all streams before the server waits for its requests to end. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        open.forEach(Stream::end);
    }

    private final class Stream implements Consumer<EventRow>, Runnable {
        private final SseEmitter emitter = new SseEmitter(0L);
        private final BlockingQueue<EventRow> queue = new ArrayBlockingQueue<>(QUEUE_EVENTS);
        private volatile boolean ended;
        private final Thread thread = Thread.ofVirtual().name("event-stream").unstarted(this);

        Stream() {
            emitter.onCompletion(this::end);
        }

        @Override
        public void accept(EventRow event) {
            if (!queue.offer(event)) {
                end();
            }
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    send(queue.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS));
                }
            } catch (IOException | IllegalStateException | InterruptedException e) {
                LOG.debug("A stream of events ended", e);
            } finally {
                log.unwatch(this);
                open.remove(this);
                emitter.complete();
            }
        }

        private void send(@Nullable EventRow event) throws IOException {
            if (event == null) {
                emitter.send(SseEmitter.event().comment("alive"));
                return;
            }
            emitter.send(
                    SseEmitter.event()
                            .id(Long.toString(event.id()))
                            .name(event.kind())
                            .data(EventView.of(event)));
        }

        void end() {
            ended = true;
            thread.interrupt();
        }
    }
}
