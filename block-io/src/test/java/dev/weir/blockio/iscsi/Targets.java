package dev.weir.blockio.iscsi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A directory for tests. */
final class Targets implements IscsiTargetDirectory {
    private final Map<String, IscsiTarget> byName = new ConcurrentSkipListMap<>();

    void add(IscsiTarget target) {
        byName.put(target.name(), target);
    }

    void remove(String name) {
        byName.remove(name);
    }

    @Override
    public Optional<IscsiTarget> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public List<IscsiTarget> list() {
        return List.copyOf(byName.values());
    }
}
