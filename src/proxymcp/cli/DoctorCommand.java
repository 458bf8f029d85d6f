package proxymcp.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.tls.CaException;
import proxymcp.tls.CertificateAuthority;

/** What works on this machine: a line for each part, and what to do where it does not. */
final class DoctorCommand {
    /** {@code hello}, compressed by brotli: decoding it needs the native library. */
    private static final byte[] BROTLI_SAMPLE = HexFormat.of().parseHex("0b028068656c6c6f03");
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "brave-browser", "microsoft-edge");
    private static final List<String> BROWSER_FILES = List.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium", "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
            "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe");

    private final Path home;
    private final List<Finding> findings = new ArrayList<>();

    private enum Verdict {
        OK(32, "ok   "), WARN(33, "warn "), FAIL(31, "fail ");

        private final int colour;
        private final String word;

        Verdict(int colour, String word) {
            this.colour = colour;
            this.word = word;
        }
    }

    private record Finding(Verdict verdict, String text) {}

    private DoctorCommand(Path home) {
        this.home = home;
    }

    static ExitCode run(Options options, Terminal terminal) {
        DoctorCommand doctor = new DoctorCommand(options.home());
        doctor.java();
        if (doctor.home()) {
            doctor.authority();
            doctor.sessions(options);
        }
        doctor.brotli();
        doctor.port("MCP over HTTP", 3001);
        doctor.port("capture", 8080);
        doctor.browser(System.getenv().getOrDefault("PATH", ""));
        boolean failed = false;
        for (Finding finding : doctor.findings) {
            terminal.line(terminal.paint(finding.verdict().colour, finding.verdict().word) + Terminal.clean(finding.text()));
            failed |= finding.verdict() == Verdict.FAIL;
        }
        return failed ? ExitCode.TOOL_ERROR : ExitCode.FINE;
    }

    private void add(Verdict verdict, String text) {
        findings.add(new Finding(verdict, text));
    }

    private void java() {
        add(Verdict.OK, "Java " + Runtime.version() + " (" + System.getProperty("java.home") + ")");
    }

    private boolean home() {
        try {
            Home.open(home).close();
            Path probe = Files.createTempFile(home, "doctor", ".tmp");
            Files.delete(probe);
            add(Verdict.OK, "home " + home + " can be written");
            return true;
        } catch (IOException e) {
            add(Verdict.FAIL, "home " + home + " cannot be written (" + e + "): choose another with --home");
            return false;
        }
    }

    private void authority() {
        try {
            CertificateAuthority authority = CertificateAuthority.open(home.resolve("ca"), Clock.systemUTC());
            add(Verdict.OK, "CA " + authority.certificateFile() + ", valid until "
                    + authority.certificate().getNotAfter().toInstant().atZone(ZoneOffset.UTC).toLocalDate());
        } catch (CaException e) {
            add(Verdict.FAIL, "CA: " + e.getMessage());
        }
    }

    private void sessions(Options options) {
        SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), options.limits().store(), Clock.systemUTC());
        try {
            int all = catalog.ids().size();
            int left = 0;
            for (SessionId id : catalog.ids()) {
                left += catalog.isLeftBehind(id) ? 1 : 0;
            }
            add(left == 0 ? Verdict.OK : Verdict.WARN, "sessions: " + all + (left == 0 ? "" : ", " + left + " of them left by a process that "
                    + "died: they are recovered when they are opened, or by the next server"));
        } catch (IOException e) {
            add(Verdict.FAIL, "sessions cannot be read (" + e + ")");
        }
    }

    private void brotli() {
        switch (Codings.decodePreview(BROTLI_SAMPLE, List.of("br"), 100).status()) {
            case Preview.Decoded decoded -> add(Verdict.OK, "brotli: bodies coded with br are decoded");
            case Preview.Unsupported missing -> add(Verdict.WARN, "brotli: bodies coded with br are kept, but not decoded: "
                    + missing.reason() + "; a temp folder that allows executables may help (-Djava.io.tmpdir=DIR)");
            case Preview.Partial partial -> add(Verdict.FAIL, "brotli: " + partial.reason());
            case Preview.Failed failed -> add(Verdict.FAIL, "brotli: " + failed.reason());
        }
    }

    private void port(String user, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            add(Verdict.OK, "port " + socket.getLocalPort() + " is free (default of " + user + ")");
        } catch (IOException e) {
            add(Verdict.WARN, "port " + port + " is taken (default of " + user + "): choose another with --port");
        }
    }

    private void browser(String path) {
        Optional<Path> found = findBrowser(path);
        if (found.isPresent()) {
            add(Verdict.OK, "browser " + found.get());
        } else {
            add(Verdict.WARN, "browser: none found; install Chromium to capture from one");
        }
    }

    private static Optional<Path> findBrowser(String path) {
        for (String folder : path.split(java.io.File.pathSeparator)) {
            for (String name : BROWSERS) {
                if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                    return Optional.of(Path.of(folder, name));
                }
            }
        }
        for (String file : BROWSER_FILES) {
            if (Files.isExecutable(Path.of(file))) {
                return Optional.of(Path.of(file));
            }
        }
        return Optional.empty();
    }
}
