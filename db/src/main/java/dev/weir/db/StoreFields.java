package dev.weir.db;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line {@code name:value,name:value} of the embedded database's file, see {@link StoreHeader}.
 */
record StoreFields(Map<String, String> values) {
    private static final String SUM = ",fletcher:";

    static StoreFields of(String line) {
        var values = new LinkedHashMap<String, String>();
        for (var field : line.strip().split(",", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                values.put(field.substring(0, colon), field.substring(colon + 1));
            }
        }
        return new StoreFields(values);
    }

    /** The fields of a line that ends in its checksum, if that is right. */
    static Optional<StoreFields> summed(String line) {
        var text = line.strip();
        int sum = text.lastIndexOf(SUM);
        if (sum < 0) {
            return Optional.empty();
        }
        var summed = text.substring(0, sum);
        return StoreHeader.fletcher(summed).equals(text.substring(sum + SUM.length()))
                ? Optional.of(of(summed))
                : Optional.empty();
    }

    String text(String name) {
        return values.getOrDefault(name, "");
    }

    /** A hexadecimal number that is not negative, if there is one of that name. */
    Optional<Long> number(String name) {
        var text = text(name);
        return text.matches("[0-9a-f]{1,15}")
                ? Optional.of(Long.parseLong(text, 16))
                : Optional.empty();
    }

    boolean agrees(StoreFields other, String... names) {
        for (var name : names) {
            if (number(name).isEmpty() || !number(name).equals(other.number(name))) {
                return false;
            }
        }
        return true;
    }

    /** The same header, naming another chunk; whoever wrote that did not close the file. */
    StoreFields pointingTo(long block, String chunk, long version) {
        var changed = new LinkedHashMap<>(values);
        changed.put("block", Long.toHexString(block));
        changed.put("chunk", chunk);
        changed.put("version", Long.toHexString(version));
        changed.remove("clean");
        return new StoreFields(changed);
    }

    /** With its checksum and the end of the line. */
    String line() {
        var text =
                values.entrySet().stream()
                        .map(field -> field.getKey() + ":" + field.getValue())
                        .collect(Collectors.joining(","));
        return text + SUM + StoreHeader.fletcher(text) + "\n";
    }
}
