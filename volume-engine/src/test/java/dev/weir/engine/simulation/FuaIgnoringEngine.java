package dev.weir.engine.simulation;

import dev.weir.blockio.StorageException;
import dev.weir.engine.AttachedDevice;
import dev.weir.engine.Pool;
import dev.weir.engine.PoolSpec;
import dev.weir.engine.Volume;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An engine whose volumes take every request for one without {@code fua}. */
record FuaIgnoringEngine(EngineUnderTest engine) implements EngineUnderTest {

    @Override
    public Pool format(PoolSpec spec, List<AttachedDevice> devices) throws StorageException {
        return proxy(Pool.class, engine.format(spec, devices));
    }

    @Override
    public Pool open(List<AttachedDevice> devices) throws StorageException {
        return proxy(Pool.class, engine.open(devices));
    }

    @Override
    public void maintain(Pool pool) throws StorageException {
        Forwarding handler = (Forwarding) Proxy.getInvocationHandler(pool);
        engine.maintain((Pool) handler.target());
    }

    private static <T> T proxy(Class<T> type, T target) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(), new Class<?>[] {type}, new Forwarding(target)));
    }

    /** Passes calls on, with a last argument of {@code true} turned to {@code false}. */
    private record Forwarding(Object target) implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
                throws Throwable {
            Object[] changed = arguments == null ? new Object[0] : arguments.clone();
            int last = changed.length - 1;
            if (last >= 0 && changed[last] instanceof Boolean) {
                changed[last] = false;
            }
            try {
                return wrapped(method.invoke(target, changed));
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }

        private static @Nullable Object wrapped(@Nullable Object result) {
            return switch (result) {
                case Volume volume -> proxy(Volume.class, volume);
                case Optional<?> found -> found.map(Forwarding::wrapped);
                case List<?> list -> list.stream().map(Forwarding::wrapped).toList();
                case null, default -> result;
            };
        }
    }
}
