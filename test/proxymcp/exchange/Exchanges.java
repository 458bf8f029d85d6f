package proxymcp.exchange;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Parts of exchanges for the tests of this package. */
final class Exchanges {
    static final Endpoint ORIGIN = new Endpoint("http", "a.example", 80);
    static final ResponseHead OK = ResponseHead.of(200, "OK", Fields.EMPTY);

    private Exchanges() {}

    static ExchangeStart start(String target) {
        return start(ORIGIN, RequestHead.of("GET", target, Fields.EMPTY));
    }

    static ExchangeStart start(Endpoint endpoint, RequestHead head) {
        Client client = new Client("127.0.0.1:50412", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
        return new ExchangeStart(UUID.randomUUID(), 1_000, client, endpoint, head, Optional.empty());
    }

    static BodyEnd bodyEnd(String body, boolean complete, Fields trailers) {
        return new BodyEnd(body.length(), sha256(octets(body)), complete, trailers);
    }

    static ExchangeEnd complete() {
        return new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of());
    }

    static byte[] octets(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(CapturedBody body) {
        return new String(body.bytes(), StandardCharsets.ISO_8859_1);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
