package dev.weir.controller.export;

import dev.weir.blockio.nbd.NbdExport;
import dev.weir.blockio.nbd.NbdExportDirectory;
import dev.weir.db.ExportRow;
import dev.weir.engine.Volume;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * What NBD clients can ask for now. An export whose volume is not there is remembered, but not
 * published. Usable from any thread.
 */
@Component
public class PublishedExports implements NbdExportDirectory {
    private final Map<String, NbdExport> byName = new ConcurrentHashMap<>();

    public void publish(ExportRow export, Volume volume) {
        byName.put(
                export.name(),
                new NbdExport(
                        export.name(), "Weir volume " + volume.id(), volume, export.readOnly()));
    }

    void withdraw(String name) {
        byName.remove(name);
    }

    @Override
    public Optional<NbdExport> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public List<NbdExport> list() {
        return byName.values().stream().sorted(Comparator.comparing(NbdExport::name)).toList();
    }
}
