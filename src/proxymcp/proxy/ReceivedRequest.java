package proxymcp.proxy;

import java.io.IOException;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.rule.RequestOctets;

/**
 * A request as it comes from the client, of which more may be read before it goes on.
 *
 * <p>Owner: the exchange's thread.
 */
final class ReceivedRequest implements RequestOctets {
    private final ClientStream client;
    private final RequestHead head;
    private final Optional<ProxiedBody> body;
    private boolean continued;

    ReceivedRequest(ClientStream client, RequestHead head, Optional<ProxiedBody> body) {
        this.client = client;
        this.head = head;
        this.body = body;
    }

    RequestHead head() {
        return head;
    }

    Optional<ProxiedBody> body() {
        return body;
    }

    /** Whether the client has sent all of it. */
    boolean isRead() {
        return body.isEmpty() || body.get().isEnded();
    }

    @Override
    public boolean isPresent() {
        return body.isPresent();
    }

    @Override
    public boolean hold(int bytesMax) throws IOException {
        sayContinue();
        return body.isEmpty() || body.get().hold(bytesMax);
    }

    @Override
    public byte[] held() {
        return body.isEmpty() ? new byte[0] : body.get().held();
    }

    /** Reads what is left and keeps nothing of it. */
    void skip() throws IOException {
        sayContinue();
        if (body.isPresent()) {
            body.get().skip();
        }
    }

    /** The head for the origin: where the client was told to go on already, the origin is not asked again. */
    RequestHead expecting(RequestHead forward) {
        return continued ? forward.withFields(forward.fields().without("Expect")) : forward;
    }

    /** Has a client that waits for leave to send its body send it (RFC 9110 section 10.1.1). */
    private void sayContinue() throws IOException {
        if (!continued && !isRead() && head.version() == HttpVersion.HTTP_1_1 && head.fields().hasMember("Expect", "100-continue")) {
            continued = true;
            client.out().head(ResponseHead.of(100, "Continue", Fields.EMPTY));
            client.out().flush();
        }
    }
}
