package proxymcp.rule;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ReasonPhrases;
import proxymcp.http.ResponseHead;

/**
 * The answer of a mock, its body opened.
 *
 * <p>Owner: the exchange's thread.
 */
public final class MockResponse implements Closeable {
    private final ResponseHead head;
    private final Opened body;
    private final boolean bodied;
    private final MockBody source;

    /** A body that can be read. */
    private record Opened(InputStream in, long bytes) {}

    /** @throws IOException if the file with the body cannot be read, in a sentence */
    public MockResponse(RuleAction.Mock mock) throws IOException {
        this.source = mock.body();
        this.bodied = mock.status() != 204 && mock.status() != 304;
        this.body = bodied ? open(source) : new Opened(InputStream.nullInputStream(), 0);
        Fields fields = ContentFields.withoutFraming(mock.fields());
        this.head = ResponseHead.of(mock.status(), ReasonPhrases.of(mock.status()), bodied ? ContentFields.withLength(fields, body.bytes()) : fields);
    }

    /** Status line and fields, with the length of the body where the status lets one follow. */
    public ResponseHead head() {
        return head;
    }

    /** Whether a body follows the answer to a request with this method. */
    public boolean hasBody(String method) {
        return bodied && !method.equals("HEAD");
    }

    /** Octets of the body. */
    public long bytes() {
        return body.bytes();
    }

    /**
     * Reads on, at most {@code length} octets.
     *
     * @return how many
     * @throws IOException if there are fewer than {@link #bytes} said, or they cannot be read
     */
    public int read(byte[] into, int length) throws IOException {
        int count = body.in().read(into, 0, length);
        if (count < 0) {
            throw unreadable(source, Optional.empty());
        }
        return count;
    }

    private static Opened open(MockBody body) throws IOException {
        return switch (body) {
            case MockBody.Text(String text) -> opened(text.getBytes(StandardCharsets.UTF_8));
            case MockBody.Octets(byte[] octets) -> opened(octets);
            case MockBody.Contents contents -> {
                try {
                    yield new Opened(Files.newInputStream(contents.file()), Files.size(contents.file()));
                } catch (IOException e) {
                    throw unreadable(contents, Optional.of(e));
                }
            }
        };
    }

    private static Opened opened(byte[] octets) {
        return new Opened(new ByteArrayInputStream(octets), octets.length);
    }

    private static IOException unreadable(MockBody body, Optional<IOException> cause) {
        String name = body instanceof MockBody.Contents(Path file) ? file.getFileName().toString() : "";
        String message = "the file " + name + " that a rule answers with cannot be read" + (cause.isPresent() ? "" : ": it became shorter meanwhile");
        return cause.isPresent() ? new IOException(message, cause.get()) : new IOException(message);
    }

    @Override
    public void close() throws IOException {
        body.in().close();
    }
}
