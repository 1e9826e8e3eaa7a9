package dev.weir.blockio.iscsi;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;

/** The default limits with some of them changed, by the names of the record's components. */
final class TestLimits {
    private TestLimits() {}

    static IscsiLimits with(Map<String, Object> changes) {
        try {
            RecordComponent[] components = IscsiLimits.class.getRecordComponents();
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                Object usual = components[i].getAccessor().invoke(IscsiLimits.defaults());
                values[i] = changes.getOrDefault(components[i].getName(), usual);
            }
            Class<?>[] types =
                    Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            return IscsiLimits.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no such record", e);
        }
    }
}
