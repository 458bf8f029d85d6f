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
import proxymcp.chrome.BrowserKind;
import proxymcp.chrome.Browsers;
import proxymcp.chrome.TargetException;
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
        doctor.browser();
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

    private void browser() {
        Browsers browsers = Browsers.ofThisMachine();
        List<String> found = new ArrayList<>();
        for (BrowserKind kind : BrowserKind.values()) {
            try {
                found.add(kind.shown() + " (" + browsers.find(kind) + ")");
            } catch (TargetException notThere) {
                continue; // One of them is enough.
            }
        }
        if (found.isEmpty()) {
            add(Verdict.WARN, "browser: none found; install Chromium to capture from one");
        } else {
            add(Verdict.OK, "browser " + String.join(", ", found) + (browsers.hasDisplay() ? "" : "; without a display: headless only"));
        }
    }
}
