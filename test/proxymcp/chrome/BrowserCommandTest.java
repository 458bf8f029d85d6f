package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a browser is started with. */
final class BrowserCommandTest {
    private static final TargetFolder FOLDER = new TargetFolder(Path.of("/home/x/profiles/7-a/browser-1"));

    private static BrowserCommand command(LaunchOptions options) throws TargetException {
        return BrowserCommand.of(options, Path.of("/bin/chromium"), Path.of("/profile"), FOLDER, 4_321, "PIN=");
    }

    private static LaunchOptions options(String url, BrowserKind kind, boolean incognito, boolean headless, String... args) {
        return new LaunchOptions(url, kind, incognito, headless, List.of(args), Optional.empty(), Optional.empty(), Optional.of(new WindowSize(3, 4)));
    }

    @Test void trafficGoesThroughTheProxyAndDevToolsStayOnLoopback() throws Exception {
        List<String> words = command(options("https://a.example/", BrowserKind.CHROME, false, true)).words();
        assertEquals("/bin/chromium", words.get(0));
        assertEquals("https://a.example/", words.get(words.size() - 1));
        for (String word : List.of("--proxy-server=http://127.0.0.1:4321", "--proxy-bypass-list=<-loopback>;no-request.invalid", "--disable-quic",
                "--ignore-certificate-errors-spki-list=PIN=", "--remote-debugging-address=127.0.0.1", "--remote-debugging-port=0",
                "--user-data-dir=/profile", "--proxy-mcp-folder=/home/x/profiles/7-a/browser-1", "--headless=new", "--window-size=3,4")) {
            assertTrue(words.contains(word), word + " in " + words);
        }
        assertFalse(words.contains("--incognito"));
    }

    @Test void privateWindowsAreCalledAsTheBrowserCallsThem() throws Exception {
        List<String> chrome = command(options("about:blank", BrowserKind.CHROME, true, false)).words();
        assertTrue(chrome.contains("--incognito") && !chrome.contains("--headless=new"));
        assertTrue(command(options("about:blank", BrowserKind.EDGE, true, false)).words().contains("--inprivate"));
    }

    @Test void argumentsOfTheCallerAreAddedAndFeaturesJoined() throws Exception {
        List<String> words = command(options("about:blank", BrowserKind.CHROME, false, true, "--lang=de", "--disable-features=Mine,Yours")).words();
        assertTrue(words.contains("--lang=de"));
        assertTrue(command(options("about:blank", BrowserKind.CHROME, false, true, " --lang=en\t")).words().contains("--lang=en"));
        List<String> features = words.stream().filter(word -> word.startsWith("--disable-features=")).toList();
        assertEquals(1, features.size());
        assertTrue(features.get(0).endsWith(",Mine,Yours") && features.get(0).contains("OptimizationHints"), features.get(0));
    }

    @Test void argumentsThatWouldLeadPastTheProxyAreRefused() {
        for (String bad : List.of("--no-proxy-server", "--proxy-server=direct://", "--PROXY-PAC-URL=x", "--proxy-bypass-list=*", "--user-data-dir=/x",
                "--remote-debugging-port=1", "--remote-debugging-address=0.0.0.0", "--remote-debugging-pipe", "--enable-quic",
                "--ignore-certificate-errors-spki-list=x", "--proxy-mcp-folder=/", "-no-proxy-server", "https://other.example/", "--", "", "x",
                // Chromium trims arguments, and "--" ends them.
                "--no-proxy-server ", "--no-proxy-server\t", " --no-proxy-server", "\n--proxy-server=direct://", "--no-proxy-server =x", "-- ", "\t",
                "--host-resolver-rules=MAP * 10.0.0.1", "--host-rules=MAP 127.0.0.1 10.0.0.1", "--proxy-of-the-future=x",
                "--remote-debugging-io-pipes=3,4", "--winhttp-proxy-resolver", "--origin-to-force-quic-on=a.example:443")) {
            TargetException refused = assertThrows(TargetException.class, () -> command(options("about:blank", BrowserKind.CHROME, false, true, bad)), bad);
            assertEquals("bad_argument", refused.code());
        }
    }

    @Test void aFirstPageIsAnAbsoluteUrlAndNeverAnArgument() throws Exception {
        for (String bad : List.of("", "example.com", "--no-proxy-server", "/etc/passwd", ":x", "https://a\n")) {
            TargetException refused = assertThrows(TargetException.class, () -> command(options(bad, BrowserKind.CHROME, false, true)), bad);
            assertEquals("bad_argument", refused.code());
        }
        for (String good : List.of("about:blank", "chrome://version", "http://[::1]:8/", "data:text/html,x")) {
            assertTrue(command(options(good, BrowserKind.CHROME, false, true)).words().contains(good));
        }
    }

    @Test void theSandboxIsOffForRootAloneAndSaysSo() throws Exception {
        BrowserCommand usual = command(options("about:blank", BrowserKind.CHROME, false, true));
        assertEquals(!BrowserCommand.isRoot(), usual.sandbox());
        assertEquals(BrowserCommand.isRoot(), usual.words().contains("--no-sandbox"));
        BrowserCommand asked = command(options("about:blank", BrowserKind.CHROME, false, true, "--no-sandbox"));
        assertFalse(asked.sandbox());
        assertEquals(1, asked.words().stream().filter("--no-sandbox"::equals).count());
    }
}
