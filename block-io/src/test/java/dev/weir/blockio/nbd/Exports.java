package dev.weir.blockio.nbd;

import dev.weir.blockio.BlockDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A directory for tests; the export "disk" is the default one. */
final class Exports implements NbdExportDirectory {
    static final String DISK = "disk";

    private final Map<String, NbdExport> byName = new ConcurrentSkipListMap<>();

    static Exports of(BlockDevice disk) {
        Exports exports = new Exports();
        exports.add(new NbdExport(DISK, "a disk", disk, false));
        return exports;
    }

    void add(NbdExport export) {
        byName.put(export.name(), export);
    }

    void remove(String name) {
        byName.remove(name);
    }

    @Override
    public Optional<NbdExport> find(String name) {
        return Optional.ofNullable(byName.get(name.isEmpty() ? DISK : name));
    }

    @Override
    public List<NbdExport> list() {
        return List.copyOf(byName.values());
    }

    NbdServer serve() throws IOException {
        return serve(NbdLimits.defaults());
    }

    NbdServer serve(NbdLimits limits) throws IOException {
        return NbdServer.start(
                new NbdServerConfig(InetAddress.getLoopbackAddress(), 0, limits), this);
    }
}
