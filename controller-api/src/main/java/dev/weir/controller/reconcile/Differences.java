package dev.weir.controller.reconcile;

import dev.weir.controller.event.EventLog;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The differences found at this start: logged, remembered as events, and listed in the status. */
@Component
public class Differences {
    private static final Logger LOG = LoggerFactory.getLogger(Differences.class);

    private final EventLog events;
    private final List<Difference> found = new CopyOnWriteArrayList<>();

    Differences(EventLog events) {
        this.events = events;
    }

    public List<Difference> found() {
        return List.copyOf(found);
    }

    void add(Difference.Kind kind, String subject, String detail) {
        LOG.warn("{}: {}", subject, detail);
        found.add(new Difference(kind, subject, detail));
        events.append(
                "reconcile." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                subject,
                detail);
    }
}
