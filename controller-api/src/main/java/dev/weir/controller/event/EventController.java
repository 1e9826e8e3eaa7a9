package dev.weir.controller.event;

import dev.weir.controller.problem.Problems;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Events as a list and as a stream. */
@Tag(name = "events")
@RestController
@RequestMapping("/api/v1/events")
class EventController {
    static final int MAX_LIMIT = 1000;

    private final EventLog log;
    private final EventStreams streams;

    EventController(EventLog log, EventStreams streams) {
        this.log = log;
        this.streams = streams;
    }

    /** Events, oldest first. */
    @Schema(
            name = "EventList",
            requiredProperties = {"items"})
    record EventList(List<EventView> items) {}

    @Operation(
            operationId = "listEvents",
            summary =
                    "What happened after the event with the given id, oldest first; as Server-Sent Events when Accept asks for text/event-stream")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    EventList list(
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problems.parameter(
                    "limit",
                    "The limit %d is not possible.".formatted(limit),
                    "Choose a limit from 1 to %d.".formatted(MAX_LIMIT));
        }
        return new EventList(log.after(after, limit).stream().map(EventView::of).toList());
    }

    @Operation(hidden = true)
    @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream(
            @RequestParam(defaultValue = "0") long after,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastSeen) {
        return streams.open(lastSeen == null ? after : lastSeen);
    }
}
