package dev.weir.engine.simulation;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The engine with one bug planted: a copy of one source file is changed and compiled, and
 * everything of the engine and of the simulation is loaded anew around it. The engine itself
 * carries no switch for any of this.
 */
final class Mutant implements AutoCloseable {
    private static final String PACKAGE = "dev.weir.engine.";

    private final URLClassLoader loader;

    private Mutant(URLClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Plants a bug; fails if the source does not have what it changes, so that a bug never silently
     * stays out.
     */
    static Mutant plant(PlantedEngineBug bug, Path directory) throws IOException {
        Path source = Path.of("src/main/java/dev/weir/engine", bug.file());
        String code = Files.readString(source);
        for (PlantedEngineBug.Change change : bug.changes()) {
            if (!code.contains(change.from())) {
                throw new IllegalStateException(source + " does not contain: " + change.from());
            }
            code = code.replace(change.from(), change.to());
        }
        Path changed = directory.resolve(source.getFileName());
        Files.writeString(changed, code);
        compile(changed, directory);
        URL[] urls = {
            directory.toUri().toURL(),
            Path.of("target/test-classes").toUri().toURL(),
            Path.of("target/classes").toUri().toURL()
        };
        return new Mutant(new ChildFirst(urls));
    }

    private static void compile(Path source, Path output) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of(
                        "-d",
                        output.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-proc:none");
        boolean compiled =
                compiler.getTask(
                                messages,
                                null,
                                null,
                                options,
                                null,
                                compiler.getStandardFileManager(null, null, null)
                                        .getJavaFileObjects(source))
                        .call();
        if (!compiled) {
            throw new IllegalStateException(messages.toString());
        }
    }

    /** Runs seeds from 1 on until one finds something. */
    Optional<String> firstViolation(ScenarioKind kind, int seeds)
            throws ReflectiveOperationException {
        Object found =
                loader.loadClass(MutantRun.class.getName())
                        .getMethod("firstViolation", String.class, int.class)
                        .invoke(null, kind.name(), seeds);
        return Optional.ofNullable((String) found);
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    /** Loads the engine and the simulation itself, leaves the rest to the loader of the tests. */
    private static final class ChildFirst extends URLClassLoader {
        ChildFirst(URL[] urls) {
            super(urls, Mutant.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
