package proxymcp.chrome;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A script that Node.js loads before the program: versions that do not heed the proxy's variables by themselves (before 24.5, and 22.21 of the 22nd)
 * are led through it, silently past it otherwise.
 */
final class NodePreload {
    /** What nothing here can reach, in words for results. */
    static final String NOTE = "What opens sockets by itself is not captured: in Node.js that is http2, net, tls and packages with agents or an "
            + "undici of their own.";

    private NodePreload() {}

    /** The script, which is a file of this jar. */
    static byte[] bytes() throws IOException {
        try (InputStream in = NodePreload.class.getResourceAsStream("preload/node.cjs")) {
            return in.readAllBytes();
        }
    }

    /** The option that loads it, as {@code NODE_OPTIONS} takes it: a backslash stands before what means something within quotes. */
    static String option(Path file) {
        return "--require \"" + file.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
