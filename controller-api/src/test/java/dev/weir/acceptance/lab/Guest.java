package dev.weir.acceptance.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An emulated machine that boots Debian and runs one job: the only way to have Linux's own storage
 * clients on a host whose kernel has none. The host's loopback is 10.0.2.2 in it.
 *
 * <p>Emulated (TCG) on purpose: it needs no permission and no nested virtualisation.
 */
public final class Guest implements AutoCloseable {

    /** The host's loopback, as the guest sees it. */
    public static final String HOST = "10.0.2.2";

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

    /** Builds a small guest below {@code directory} and boots it with the NBD export as its job. */
    public static Guest boot(Path directory, URI export) throws IOException {
        Command.of(
                        "sh",
                        Resources.path("guest/build.sh"),
                        kernelCache(),
                        Resources.path("guest/init"),
                        directory)
                .within(BUILD_LIMIT)
                .succeed();
        String job =
                " weir.port=%d weir.export=%s"
                        .formatted(export.getPort(), export.getPath().substring(1));
        return new Guest(
                withNetwork(machine(1))
                        .and("-kernel", directory.resolve("vmlinuz"))
                        .and("-initrd", directory.resolve("initrd"))
                        .and("-append", KERNEL_OPTIONS + job)
                        .start());
    }

    /**
     * Boots a Debian system from its own image, which stays as it is, with one of its jobs instead
     * of its services.
     *
     * @param parameters what the job finds as {@code weir.NAME} on the kernel's command line
     */
    public static Guest run(DebianGuest debian, String job, Map<String, String> parameters)
            throws IOException {
        StringBuilder options = new StringBuilder(KERNEL_OPTIONS);
        options.append(" root=/dev/vda init=/job/run-job weir.job=").append(job);
        parameters.forEach((name, value) -> options.append(" weir.%s=%s".formatted(name, value)));
        return new Guest(
                withNetwork(machine(2))
                        .and("-kernel", debian.kernel(), "-initrd", debian.initrd())
                        .and("-append", options)
                        .and("-drive", "if=none,id=d,format=raw,snapshot=on,file=" + debian.root())
                        .and("-device", "virtio-blk-pci,drive=d")
                        .start());
    }

    /** Boots whatever is on a disk: firmware, boot loader, kernel, services. */
    public static Guest bootFrom(URI disk) throws IOException {
        return new Guest(
                machine(2)
                        .and(
                                "-drive",
                                "if=none,id=d,format=raw,cache=none,discard=unmap,file=" + disk)
                        .and("-device", "virtio-blk-pci,drive=d,bootindex=1")
                        .start());
    }

    static Path kernelCache() {
        return Path.of(System.getProperty("user.home"), ".cache", "weir", "guest-kernel");
    }

    private static Command machine(int processors) {
        return Command.of("qemu-system-x86_64", "-M", "pc", "-accel", "tcg,thread=multi")
                .and("-cpu", "max", "-smp", processors, "-m", 512)
                .and("-nodefaults", "-no-user-config", "-no-reboot")
                .and("-display", "none", "-serial", "stdio");
    }

    private static Command withNetwork(Command machine) {
        return machine.and("-netdev", "user,id=n0")
                .and("-device", "virtio-net-pci,netdev=n0,romfile=");
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
}
