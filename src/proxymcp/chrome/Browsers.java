package proxymcp.chrome;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the browsers of this machine. Immutable. */
public final class Browsers {
    private final Map<String, String> environment;
    private final SystemKind system;

    private enum SystemKind {
        WINDOWS, MAC, OTHER
    }

    /** A browser that is there. */
    public record Found(BrowserKind kind, Path executable) {}

    /**
     * Browsers of a system.
     *
     * @param environment where PATH, HOME, DISPLAY and the like stand
     * @param osName as {@code os.name} says
     */
    public Browsers(Map<String, String> environment, String osName) {
        this.environment = Map.copyOf(environment);
        String name = osName.toLowerCase(Locale.ROOT);
        this.system = name.startsWith("windows") ? SystemKind.WINDOWS : name.startsWith("mac") ? SystemKind.MAC : SystemKind.OTHER;
    }

    /** Those of this machine. */
    public static Browsers ofThisMachine() {
        return new Browsers(System.getenv(), System.getProperty("os.name", ""));
    }

    /**
     * The program of one browser.
     *
     * @throws TargetException {@code browser_not_found}, naming where was looked
     */
    public Path find(BrowserKind kind) throws TargetException {
        Optional<Path> found = look(kind);
        if (found.isPresent()) {
            return found.get();
        }
        List<String> looked = new ArrayList<>();
        if (!names(kind).isEmpty()) {
            looked.add(String.join(", ", names(kind)) + " on PATH");
        }
        fixedPlaces(kind).forEach(file -> looked.add(file.toString()));
        String other = any().map(there -> there.kind().shown() + " is there (browser: " + there.kind().id() + "); or ").orElse("");
        throw new TargetException("browser_not_found", kind.shown() + " is not on this machine: looked for " + String.join(", ", looked),
                other + "install it, or name a program with executable");
    }

    /** Any browser, the commonest first. */
    public Optional<Found> any() {
        for (BrowserKind kind : BrowserKind.values()) {
            Optional<Path> found = look(kind);
            if (found.isPresent()) {
                return Optional.of(new Found(kind, found.get()));
            }
        }
        return Optional.empty();
    }

    /** Whether a window can be opened. */
    public boolean hasDisplay() {
        return system != SystemKind.OTHER || !variable("DISPLAY").isEmpty() || !variable("WAYLAND_DISPLAY").isEmpty();
    }

    private Optional<Path> look(BrowserKind kind) {
        for (String folder : variable("PATH").split(":")) {
            for (String name : names(kind)) {
                Optional<Path> program = program(folder, name);
                if (program.isPresent()) {
                    return program;
                }
            }
        }
        for (Path file : fixedPlaces(kind)) {
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> program(String folder, String name) {
        try {
            Path file = Path.of(folder).resolve(name);
            // An empty or relative entry of PATH means the working directory, which is nowhere to start browsers from.
            return file.isAbsolute() && Files.isRegularFile(file) && Files.isExecutable(file) ? Optional.of(file) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private List<String> names(BrowserKind kind) {
        if (system == SystemKind.WINDOWS) {
            return List.of(); // Installers leave PATH alone there, and a chrome.exe on it could be Chromium as well.
        }
        return switch (kind) {
            case CHROME -> List.of("google-chrome", "google-chrome-stable");
            case CHROMIUM -> List.of("chromium", "chromium-browser");
            case BRAVE -> List.of("brave-browser", "brave-browser-stable", "brave");
            case EDGE -> List.of("microsoft-edge", "microsoft-edge-stable");
        };
    }

    /** Where installers put it, for a PATH that does not say. */
    private List<Path> fixedPlaces(BrowserKind kind) {
        return switch (system) {
            case WINDOWS -> below(List.of("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"), "", switch (kind) {
                case CHROME -> "Google\\Chrome\\Application\\chrome.exe";
                case CHROMIUM -> "Chromium\\Application\\chrome.exe";
                case BRAVE -> "BraveSoftware\\Brave-Browser\\Application\\brave.exe";
                case EDGE -> "Microsoft\\Edge\\Application\\msedge.exe";
            });
            case MAC -> {
                String program = switch (kind) {
                    case CHROME -> "Google Chrome.app/Contents/MacOS/Google Chrome";
                    case CHROMIUM -> "Chromium.app/Contents/MacOS/Chromium";
                    case BRAVE -> "Brave Browser.app/Contents/MacOS/Brave Browser";
                    case EDGE -> "Microsoft Edge.app/Contents/MacOS/Microsoft Edge";
                };
                List<Path> places = new ArrayList<>(List.of(Path.of("/Applications", program)));
                places.addAll(below(List.of("HOME"), "Applications", program));
                yield places;
            }
            case OTHER -> switch (kind) {
                case CHROME -> List.of(Path.of("/opt/google/chrome/chrome"));
                case CHROMIUM -> List.of(Path.of("/snap/bin/chromium"));
                case BRAVE -> List.of(Path.of("/opt/brave.com/brave/brave"), Path.of("/snap/bin/brave"));
                case EDGE -> List.of(Path.of("/opt/microsoft/msedge/msedge"));
            };
        };
    }

    private List<Path> below(List<String> variables, String folder, String program) {
        List<Path> places = new ArrayList<>();
        for (String name : variables) {
            try {
                if (!variable(name).isEmpty()) {
                    places.add(Path.of(variable(name)).resolve(folder).resolve(program));
                }
            } catch (InvalidPathException e) {
                continue; // No folder of this system.
            }
        }
        return places;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
