package proxymcp.tls;

import java.nio.file.Path;
import java.util.List;

/** Which certificates of origins are accepted. */
public sealed interface UpstreamTrust {

    /**
     * Those that lead to an authority in the JDK's trust store or in one of {@code caFiles} and are for the host that was
     * asked for.
     *
     * @param caFiles PEM files with one certificate or several each; may be empty
     * @param read files like those, read already; may be empty
     */
    record Verify(List<Path> caFiles, List<TrustedFile> read) implements UpstreamTrust {
        /** Keeps copies of the lists. */
        public Verify {
            caFiles = List.copyOf(caFiles);
            read = List.copyOf(read);
        }

        /** Files that are read at the first handshake. */
        public Verify(List<Path> caFiles) {
            this(caFiles, List.of());
        }
    }

    /** All of them. The chain is still recorded. */
    record AcceptAny() implements UpstreamTrust {}
}
