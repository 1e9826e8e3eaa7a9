package dev.weir.acceptance.lab;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An emulated machine that boots a stock Debian kernel and runs one job: the only way to have
 * Linux's own NBD client on a host whose kernel has none. The host's loopback is 10.0.2.2 in it.
 *
 * <p>Emulated (TCG) on purpose: it needs no permission and no nested virtualisation.
 */
public final class Guest implements AutoCloseable {
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(5);
    private static final Duration POWER_OFF_LIMIT = Duration.ofSeconds(10);
    private static final String KERNEL_OPTIONS =
            "console=ttyS0 quiet panic=-1 net.ifnames=0 mitigations=off nokaslr tsc=reliable"
                    + " no_timer_check cryptomgr.notests random.trust_cpu=on";

    private final Process qemu;
    private final Transcript console;

    private Guest(Process qemu) {
        this.qemu = qemu;
        console = Transcript.of(qemu.getInputStream());
    }

    /** Builds the guest below {@code directory} and boots it with the export as its job. */
    public static Guest boot(Path directory, URI export) throws IOException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "weir", "guest-kernel");
        Command.of("sh", resource("build.sh"), cache, resource("init"), directory)
                .within(BUILD_LIMIT)
                .succeed();
        String job =
                " weir.port=%d weir.export=%s"
                        .formatted(export.getPort(), export.getPath().substring(1));
        return new Guest(
                Command.of("qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-cpu", "max")
                        .and("-m", 512, "-nodefaults", "-no-user-config", "-no-reboot")
                        .and("-display", "none", "-serial", "stdio")
                        .and("-kernel", directory.resolve("vmlinuz"))
                        .and("-initrd", directory.resolve("initrd"))
                        .and("-append", KERNEL_OPTIONS + job)
                        .and("-netdev", "user,id=n0")
                        .and("-device", "virtio-net-pci,netdev=n0,romfile=")
                        .start());
    }

    /** Waits for a line on the guest's console. */
    public Matcher await(String pattern, Duration limit) {
        return console.await(Pattern.compile(pattern), limit);
    }

    /** Types a line on the guest's console. */
    public void type(String line) throws IOException {
        qemu.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        qemu.getOutputStream().flush();
    }

    public String consoleText() {
        return console.text();
    }

    @Override
    public void close() {
        if (!Command.awaitEnd(qemu, POWER_OFF_LIMIT)) {
            qemu.toHandle().destroyForcibly();
        }
    }

    private static Path resource(String name) {
        var url = Guest.class.getResource("/acceptance/guest/" + name);
        if (url == null) {
            throw new AssertionError("no test resource acceptance/guest/" + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(url.toString(), e);
        }
    }
}
