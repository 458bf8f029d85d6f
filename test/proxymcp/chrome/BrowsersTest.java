package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which browser is found where. */
final class BrowsersTest {
    @TempDir
    Path folder;

    private Path program(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    private Browsers linux(String path) {
        return new Browsers(Map.of("PATH", path), "Linux");
    }

    /** This machine may have a browser where installers put it, whatever PATH says. */
    private static void requireNone(BrowserKind kind) {
        Assumptions.assumeTrue(assertThrowsOrFound(kind), kind + " is installed");
    }

    private static boolean assertThrowsOrFound(BrowserKind kind) {
        try {
            new Browsers(Map.of(), "Linux").find(kind);
            return false;
        } catch (TargetException e) {
            return true;
        }
    }

    @Test void eachKindHasItsNamesAndIsNeverReplacedByAnother() throws Exception {
        Map<BrowserKind, String> names = Map.of(BrowserKind.CHROME, "google-chrome-stable", BrowserKind.CHROMIUM, "chromium-browser",
                BrowserKind.BRAVE, "brave-browser", BrowserKind.EDGE, "microsoft-edge");
        for (BrowserKind kind : BrowserKind.values()) {
            requireNone(kind);
        }
        for (BrowserKind kind : BrowserKind.values()) {
            Path bin = folder.resolve(kind.id());
            Path program = program(kind.id() + "/" + names.get(kind));
            for (BrowserKind wanted : BrowserKind.values()) {
                if (wanted == kind) {
                    assertEquals(program, linux(bin.toString()).find(wanted));
                } else {
                    TargetException missing = assertThrows(TargetException.class, () -> linux(bin.toString()).find(wanted));
                    assertEquals("browser_not_found", missing.code());
                    assertTrue(missing.getMessage().contains(names.get(wanted) + "") && missing.getMessage().contains("PATH"), missing.getMessage());
                    assertTrue(missing.hint().contains("browser: " + kind.id()), missing.hint());
                }
            }
            assertEquals(Optional.of(new Browsers.Found(kind, program)), linux(bin.toString()).any());
        }
    }

    @Test void withoutPathAndHomeNothingIsFoundAndNothingBreaks() throws Exception {
        for (BrowserKind kind : BrowserKind.values()) {
            requireNone(kind);
        }
        for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("PATH", "", "HOME", ""), Map.of("PATH", "::relative:\0"))) {
            for (String system : List.of("Linux", "Mac OS X", "Windows 11")) {
                Browsers none = new Browsers(environment, system);
                assertEquals(Optional.empty(), none.any());
                TargetException missing = assertThrows(TargetException.class, () -> none.find(BrowserKind.CHROMIUM));
                assertEquals("browser_not_found", missing.code());
                assertTrue(missing.getMessage().startsWith("Chromium is not on this machine: looked for"), missing.getMessage());
                assertEquals("install it, or name a program with executable", missing.hint());
            }
        }
    }

    @Test void withoutABrowserNoneIsLaunchedAndTheListSaysSo() throws Exception {
        for (BrowserKind kind : BrowserKind.values()) {
            requireNone(kind);
        }
        try (Lab lab = new Lab(folder); Interceptors none = new Interceptors(lab.home, linux(""), Map.of(), Clock.systemUTC())) {
            TargetException missing = assertThrows(TargetException.class,
                    () -> none.launch(LaunchOptions.of("about:blank", BrowserKind.CHROMIUM, true), lab.target()));
            assertEquals("browser_not_found", missing.code());
            assertFalse(none.status("chrome").isActivable());
            assertTrue(none.status("terminal").isActivable());
            assertEquals("unknown_interceptor", assertThrows(TargetException.class, () -> none.status("docker")).code());
            assertEquals(List.of(), lab.left());
        }
    }

    @Test void theFirstFolderOfPathWinsAndFilesThatAreNoProgramsDoNot() throws Exception {
        Path second = program("b/chromium");
        Files.createDirectories(folder.resolve("a"));
        Files.writeString(folder.resolve("a/chromium"), "");
        Files.createDirectories(folder.resolve("c/chromium"));
        String path = folder.resolve("c") + ":" + folder.resolve("a") + ":" + folder.resolve("b");
        assertEquals(second, linux(path).find(BrowserKind.CHROMIUM));
    }

    @Test void applicationsOfMacAndProgramFilesOfWindowsAreLookedAt() throws Exception {
        Path brave = program("Applications/Brave Browser.app/Contents/MacOS/Brave Browser");
        assertEquals(brave, new Browsers(Map.of("HOME", folder.toString()), "Mac OS X").find(BrowserKind.BRAVE));
        // Here a backslash is a letter: the name is one file's.
        Path edge = program("x86/Microsoft\\Edge\\Application\\msedge.exe");
        Path chrome = program("local/Google\\Chrome\\Application\\chrome.exe");
        Browsers windows = new Browsers(Map.of("ProgramFiles", folder.resolve("none").toString(), "ProgramFiles(x86)",
                folder.resolve("x86").toString(), "LOCALAPPDATA", folder.resolve("local").toString()), "Windows 11");
        assertEquals(edge, windows.find(BrowserKind.EDGE));
        assertEquals(chrome, windows.find(BrowserKind.CHROME));
        assertThrows(TargetException.class, () -> windows.find(BrowserKind.CHROMIUM));
    }

    @Test void aWindowNeedsADisplayWhereThereMayBeNone() throws Exception {
        assertFalse(linux("").hasDisplay());
        assertFalse(new Browsers(Map.of("DISPLAY", ""), "Linux").hasDisplay());
        assertTrue(new Browsers(Map.of("DISPLAY", ":0"), "Linux").hasDisplay());
        assertTrue(new Browsers(Map.of("WAYLAND_DISPLAY", "wayland-0"), "Linux").hasDisplay());
        assertTrue(new Browsers(Map.of(), "Mac OS X").hasDisplay());
        assertTrue(new Browsers(Map.of(), "Windows 11").hasDisplay());
        Path chromium = program("bin/chromium");
        BrowserLaunch launch = new BrowserLaunch(linux(chromium.getParent().toString()), Map.of(), Clock.systemUTC(), BrowserLaunch.START_MILLIS);
        TargetException none = assertThrows(TargetException.class, () -> launch.program(LaunchOptions.of("about:blank", BrowserKind.CHROMIUM, false)));
        assertEquals("no_display", none.code());
        assertEquals("set headless to true", none.hint());
        assertEquals(chromium, launch.program(LaunchOptions.of("about:blank", BrowserKind.CHROMIUM, true)));
    }

    @Test void anExecutableIsTakenAsItIsAndMustBeOne() throws Exception {
        Path mine = program("mine");
        BrowserLaunch launch = new BrowserLaunch(linux(""), Map.of(), Clock.systemUTC(), BrowserLaunch.START_MILLIS);
        assertEquals(mine, launch.program(with(mine)));
        for (Path bad : List.of(folder.resolve("nothing"), folder, Files.writeString(folder.resolve("text"), ""))) {
            TargetException refused = assertThrows(TargetException.class, () -> launch.program(with(bad)));
            assertEquals("browser_not_found", refused.code());
            assertTrue(refused.getMessage().contains(bad.toString()), refused.getMessage());
        }
    }

    private static LaunchOptions with(Path executable) {
        return new LaunchOptions("about:blank", BrowserKind.CHROME, false, true, List.of(), Optional.of(executable), Optional.empty(), Optional.empty());
    }
}
