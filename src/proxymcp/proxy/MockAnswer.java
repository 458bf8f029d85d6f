package proxymcp.proxy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Recording;
import proxymcp.http.BodyFraming;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.HttpVersion;
import proxymcp.http.ReasonPhrases;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.rule.MockBody;
import proxymcp.rule.RuleAction;
import proxymcp.upstream.UpstreamException;

/**
 * Answers a request as a rule says, without an origin.
 *
 * <p>Owner: the exchange's thread.
 */
final class MockAnswer {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final RequestHead request;
    private final RuleAction.Mock mock;
    private final Recording recording;

    /** A body that can be read. */
    private record Opened(InputStream in, long bytes) {}

    MockAnswer(RequestHead request, RuleAction.Mock mock, Recording recording) {
        this.request = request;
        this.mock = mock;
        this.recording = recording;
    }

    /**
     * Answers. The request has been read whole.
     *
     * @return whether the client's connection can go on
     * @throws UpstreamException if the file with the body cannot be read
     */
    boolean send(PacedResponse out) throws IOException {
        boolean keepAlive = request.keepsAlive() && !mock.fields().hasMember("Connection", "close");
        boolean bodied = mock.status() != 204 && mock.status() != 304;
        Opened body = bodied ? open() : new Opened(InputStream.nullInputStream(), 0);
        try (InputStream in = body.in()) {
            Fields fields = ContentFields.withoutFraming(mock.fields());
            ResponseHead made = ResponseHead.of(mock.status(), ReasonPhrases.of(mock.status()),
                    bodied ? ContentFields.withLength(fields, body.bytes()) : fields);
            recording.response(made);
            boolean sendsBody = bodied && !request.method().equals("HEAD");
            BodyFraming framing = sendsBody ? new BodyFraming.ContentLength(body.bytes()) : new BodyFraming.None();
            out.head(toClient(made, framing, keepAlive), false);
            if (sendsBody) {
                pass(in, body.bytes(), out);
            }
        }
        out.end(Fields.EMPTY);
        return keepAlive;
    }

    private ResponseHead toClient(ResponseHead made, BodyFraming framing, boolean keepAlive) {
        ResponseHead sent = ForwardHeads.toClient(made, framing, request.version(), !keepAlive);
        if (!keepAlive || request.version() == HttpVersion.HTTP_1_1 || sent.fields().hasMember("Connection", "keep-alive")) {
            return sent;
        }
        // A client of HTTP/1.0 knows that the connection stays open only if the response says so.
        Fields.Builder fields = new Fields.Builder();
        for (int i = 0; i < sent.fields().size(); i++) {
            fields.addLine(sent.fields(), i);
        }
        return ResponseHead.of(sent.status(), sent.reason(), fields.add("Connection", "keep-alive").build());
    }

    private Opened open() throws UpstreamException {
        return switch (mock.body()) {
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

    private static UpstreamException unreadable(MockBody.Contents contents, Optional<IOException> cause) {
        String message = "the file " + contents.file().getFileName() + " that a rule answers with cannot be read"
                + (cause.isPresent() ? "" : ": it became shorter meanwhile");
        return cause.isPresent() ? new UpstreamException(ErrorClass.INTERNAL, message, cause.get())
                : new UpstreamException(ErrorClass.INTERNAL, message);
    }

    private void pass(InputStream in, long bytes, PacedResponse out) throws IOException {
        BodyTap tap = new BodyTap(recording::responseBody);
        byte[] buffer = new byte[Math.clamp(bytes, 1, BUFFER_BYTES)];
        boolean complete = false;
        try {
            while (tap.bytes() < bytes) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, bytes - tap.bytes()));
                if (count < 0) {
                    throw unreadable((MockBody.Contents) mock.body(), Optional.empty());
                }
                tap.pass(buffer, 0, count);
                out.body(buffer, 0, count);
            }
            complete = true;
        } finally {
            recording.responseEnd(tap.end(complete, Fields.EMPTY));
        }
    }
}
