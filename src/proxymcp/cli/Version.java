package proxymcp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The version of this program. */
final class Version {
    private Version() {}

    /** As the jar's manifest says, which has been read by the time the first class runs; outside of a jar, the resource beside it. */
    static String text() {
        String ofManifest = Version.class.getPackage().getImplementationVersion();
        return ofManifest == null ? ofResource() : ofManifest;
    }

    private static String ofResource() {
        try (InputStream in = Version.class.getResourceAsStream("/proxymcp/version")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
