package proxymcp.cli;

import java.io.IOException;
import java.util.Optional;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Manifest;
import proxymcp.tool.ProxyControl;
import proxymcp.tool.SessionControl;
import proxymcp.tool.ToolFailure;

/** Beginning a session from the command line, and recovering what dead processes left. */
final class SessionStart {
    private SessionStart() {}

    /** Begins a session; a refusal ends the process with its sentence. */
    static Manifest start(SessionControl sessions, ProxyControl control, Command.Recorded recorded) throws CouldNotStart {
        try {
            return sessions.start(recorded.name(), CaptureProfile.of(recorded.profile()).orElseThrow(), recorded.maxDiskMb(),
                    control.settings());
        } catch (ToolFailure | IOException e) {
            throw new CouldNotStart("no session can be recorded: " + e.getMessage());
        }
    }

    /** Ends and recovers what dead processes left, beside everything else. */
    static void recoverBeside(Wiring wiring) {
        Thread.ofPlatform().daemon().name("recovery").start(() -> recoverLeftBehind(wiring));
    }

    /** Ends the browsers and processes that dead servers left, then recovers their sessions. */
    static void recoverLeftBehind(Wiring wiring) {
        wiring.interceptors().removeLeftBehind();
        recoverLeftBehind(wiring.sessions());
        wiring.replays().recoverLeftBehind();
    }

    /** Recovers what dead processes left. What fails is recovered when it is opened, or says why not then. */
    private static void recoverLeftBehind(SessionControl sessions) {
        try {
            sessions.recoverLeftBehind();
        } catch (IOException | RuntimeException e) {
            System.err.println("proxy-mcp: recovering sessions: " + e.getMessage());
        }
    }

    /** What a line about a session calls it. */
    static String shown(Manifest manifest) {
        Optional<String> name = manifest.name();
        return manifest.id() + (name.isPresent() ? " \"" + Terminal.clean(name.get()) + "\"" : "") + " (" + manifest.profile().id() + ")";
    }
}
