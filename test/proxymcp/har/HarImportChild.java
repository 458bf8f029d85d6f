package proxymcp.har;

import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;
import proxymcp.store.StoredBody;
import proxymcp.store.Unwatched;

/** A Java process whose heap is bounded, and that imports what is large. {@link #main} is the child's side. */
final class HarImportChild {
    private HarImportChild() {}

    /** Arguments: a home and a file with one exchange, whose response body is told. */
    public static void main(String[] args) throws Exception {
        try (HarImports imports = new HarImports(Path.of(args[0]))) {
            ImportedHar imported = imports.run(Path.of(args[1]), false, OptionalLong.of(1 << 20), Unwatched.NOBODY);
            StoredBody body = imports.exchanges(imported).get(0).responseBody();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long bytes = 0;
            try (InputStream in = body.open()) {
                byte[] piece = new byte[1 << 16];
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    digest.update(piece, 0, read);
                    bytes += read;
                }
            }
            System.out.println(body.state() + " " + body.size() + " " + body.sha256().orElse("-") + " read " + bytes + " "
                    + HexFormat.of().formatHex(digest.digest()));
        }
        System.exit(0);
    }
}
