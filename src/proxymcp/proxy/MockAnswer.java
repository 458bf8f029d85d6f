package proxymcp.proxy;

import java.io.IOException;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Recording;
import proxymcp.http.BodyFraming;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.rule.MockResponse;
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
        try (MockResponse response = opened()) {
            recording.response(response.head());
            boolean sendsBody = response.hasBody(request.method());
            BodyFraming framing = sendsBody ? new BodyFraming.ContentLength(response.bytes()) : new BodyFraming.None();
            out.head(toClient(response.head(), framing, keepAlive), false);
            if (sendsBody) {
                pass(response, out);
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

    private MockResponse opened() throws UpstreamException {
        try {
            return new MockResponse(mock);
        } catch (IOException e) {
            throw new UpstreamException(ErrorClass.INTERNAL, e.getMessage(), e);
        }
    }

    private void pass(MockResponse response, PacedResponse out) throws IOException {
        BodyTap tap = new BodyTap(recording::responseBody);
        byte[] buffer = new byte[Math.clamp(response.bytes(), 1, BUFFER_BYTES)];
        boolean complete = false;
        try {
            while (tap.bytes() < response.bytes()) {
                int count = read(response, buffer, (int) Math.min(buffer.length, response.bytes() - tap.bytes()));
                tap.pass(buffer, 0, count);
                out.body(buffer, 0, count);
            }
            complete = true;
        } finally {
            recording.responseEnd(tap.end(complete, Fields.EMPTY));
        }
    }

    private static int read(MockResponse response, byte[] buffer, int length) throws UpstreamException {
        try {
            return response.read(buffer, length);
        } catch (IOException e) {
            throw new UpstreamException(ErrorClass.INTERNAL, e.getMessage(), e);
        }
    }
}
