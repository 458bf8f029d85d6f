package proxymcp.diff;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.decode.Decoders;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Client;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.store.IndexEntry;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/** An exchange that a test puts together, as a session would give it. */
final class SampledExchange {
    /** A body in memory. */
    record Body(byte[] octets, long size, CapturedBody.State state, Optional<String> damage) implements StoredBody {
        static final Body NONE = new Body(new byte[0], 0, CapturedBody.State.NONE, Optional.empty());

        static Body of(byte[] octets) {
            return new Body(octets, octets.length, CapturedBody.State.COMPLETE, Optional.empty());
        }

        static Body of(String text) {
            return of(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public long kept() {
            return octets.length;
        }

        @Override
        public Optional<String> sha256() {
            return Optional.empty();
        }

        @Override
        public InputStream open() throws IOException {
            if (damage.isPresent()) {
                throw new IOException(damage.get());
            }
            return new ByteArrayInputStream(octets);
        }
    }

    private final String method;
    private final String target;
    private final Fields.Builder requestFields = new Fields.Builder();
    private final Fields.Builder responseFields = new Fields.Builder();
    private final List<String> damage = new ArrayList<>();
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private Body requestBody = Body.NONE;
    private Body responseBody = Body.NONE;
    private int status = 200;
    private Outcome outcome = new Outcome.Complete();
    private Timings timings = Timings.NONE;
    private Optional<TlsInfo> clientTls = Optional.empty();
    private Fields trailers = Fields.EMPTY;

    private SampledExchange(String method, String target) {
        this.method = method;
        this.target = target;
    }

    static SampledExchange get(String target) {
        return new SampledExchange("GET", target);
    }

    static SampledExchange post(String type, String text) {
        return new SampledExchange("POST", "/").sends("Content-Type", type).sends(Body.of(text));
    }

    static SampledExchange posts(String method, String target) {
        return new SampledExchange(method, target);
    }

    /** The answer to a GET. */
    static SampledExchange answer(String type, String text) {
        return answer(type, Body.of(text));
    }

    static SampledExchange answer(String type, Body body) {
        return get("/").gets("Content-Type", type).gets(body);
    }

    static SampledExchange json(String text) {
        return answer("application/json", text);
    }

    SampledExchange sends(String name, String value) {
        requestFields.add(name, value);
        return this;
    }

    SampledExchange sends(Body body) {
        requestBody = body;
        return this;
    }

    SampledExchange gets(String name, String value) {
        responseFields.add(name, value);
        return this;
    }

    SampledExchange gets(Body body) {
        responseBody = body;
        return this;
    }

    SampledExchange trailers(Fields fields) {
        trailers = fields;
        return this;
    }

    SampledExchange status(int code) {
        status = code;
        return this;
    }

    SampledExchange version(HttpVersion other) {
        version = other;
        return this;
    }

    SampledExchange waits(long millis) {
        timings = new Timings(-1, -1, -1, -1, -1, millis * 1_000_000, -1, -1);
        return this;
    }

    SampledExchange damaged(String sentence) {
        damage.add(sentence);
        return this;
    }

    SampledExchange tls(String tlsVersion, String alpn, String ja4) {
        clientTls = Optional.of(new TlsInfo(tlsVersion, "TLS_AES_128_GCM_SHA256", Optional.of(alpn), Optional.of("a.example"), new byte[0],
                Optional.of("ja3 that no two connections share"), Optional.of(ja4), Optional.empty(), List.of()));
        return this;
    }

    SampledExchange refused() {
        status = 0;
        outcome = new Outcome.Incomplete(ErrorClass.CONNECT_REFUSED, "nobody listens there");
        return this;
    }

    StoredExchange stored() {
        proxymcp.exchange.Endpoint endpoint = new proxymcp.exchange.Endpoint("https", "a.example", 443);
        RequestHead head = new RequestHead(method, target, version, requestFields.build(), List.of(), new byte[0]);
        ExchangeStart start = new ExchangeStart(new UUID(1, 2), 1_000, new Client("127.0.0.1:1", "127.0.0.1:2", Source.EXPLICIT, Optional.empty(), 1),
                endpoint, head, clientTls);
        Optional<ResponseHead> response = status == 0 ? Optional.empty()
                : Optional.of(ResponseHead.of(status, "Fine", responseFields.build()));
        Optional<Route> route = Optional.of(new Route(Optional.empty(), "127.0.0.1:3", 1, false, clientTls));
        Exchange exchange = new Exchange(7, start, CapturedBody.NONE, Fields.EMPTY, route, List.of(), response, CapturedBody.NONE, trailers, outcome,
                timings, List.of(), List.of());
        IndexEntry entry = new IndexEntry(7, start.id(), 1_000, method, "a.example", start.url(), SessionQuery.State.COMPLETE, Optional.empty(),
                Source.EXPLICIT, OptionalInt.of(status), OptionalLong.empty(), requestBody.size(), responseBody.size(), Optional.empty(),
                Optional.empty(), true, true, false, Optional.empty(), 1, 0);
        return new StoredExchange(entry, exchange, requestBody, responseBody, damage);
    }

    ExchangeFields fields() {
        return new FieldReader(Decoders.builtin()).read(stored());
    }

    /** How it differs from another one, a change a line: {@code kind location @ at: a -> b}. */
    static String changes(SampledExchange a, SampledExchange b, ArrayMode mode) {
        return text(FieldDiff.compare(a.fields(), b.fields(), mode));
    }

    static String changes(SampledExchange a, SampledExchange b) {
        return changes(a, b, ArrayMode.AUTO);
    }

    static String text(PairDiff diff) {
        StringBuilder text = new StringBuilder();
        for (FieldChange change : diff.changes()) {
            text.append(change.kind().word()).append(' ').append(change.location());
            if (!change.location().name().equals(change.at())) {
                text.append(" @ ").append(change.at());
            }
            text.append(": ").append(change.valueA().orElse("(none)")).append(" -> ").append(change.valueB().orElse("(none)")).append('\n');
        }
        for (Side side : diff.unknown()) {
            text.append("unknown ").append(side.word()).append('\n');
        }
        for (String note : diff.notes()) {
            text.append("note ").append(note).append('\n');
        }
        return text.toString();
    }
}
