package proxymcp.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.SentMessages;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/** Payloads of the records of an exchange, both ways; FORMAT.md describes them. */
final class ExchangeCodec {
    /** Members of a START without a URL as it was written. */
    static final int START_MEMBERS = 9;
    /** Members of an END whose messages went on as they came. */
    static final int END_MEMBERS = 6;

    private static final int UUID_BYTES = 16;

    /**
     * A message body as its end record describes it.
     *
     * @param bytes octets that passed
     * @param kept octets that are in the log, from the first on
     * @param sha256 digest of all that passed; empty where the BODY record that is referred to has it
     * @param complete whether it ended as its framing says
     * @param shed whether octets are missing because they could not be written
     * @param trailers trailer section
     */
    record BodyFacts(long bytes, long kept, byte[] sha256, boolean complete, boolean shed, Fields trailers) {}

    /** What the index takes of a {@link BodyFacts}. */
    record BodyCounts(long bytes, long kept, boolean complete, boolean shed) {}

    /** What the index takes of an END record; an error class where the exchange ended early. */
    record EndCounts(Optional<ErrorClass> errorClass, Optional<BodyCounts> body, long totalNanos) {}

    /** What a START record holds beside its reference to the client. */
    record StartFacts(UUID id, long startedAtMillis, Source source, Optional<String> targetId, Endpoint endpoint, boolean raw, byte[] head,
            Optional<String> urlAsWritten) {}

    /** What a CLIENT record holds. */
    record ClientFacts(String address, String listener, long connectionId, Optional<TlsInfo> tls) {}

    /** What an END record holds beside its references. */
    record EndFacts(Outcome outcome, Optional<BodyFacts> body, Timings timings, List<RuleMatch> rules, List<String> notes, boolean reused,
            SentMessages sent) {}

    private ExchangeCodec() {}

    static void client(PayloadWriter out, long key, Client client, Optional<TlsInfo> tls) {
        out.begin(RecordType.CLIENT, key).array(4).text(client.address()).text(client.listener()).integer(client.connectionId());
        tls(out, tls);
        out.end();
    }

    static ClientFacts client(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        return new ClientFacts(in.text(), in.text(), in.integer(), tls(in));
    }

    static void route(PayloadWriter out, long key, Route route) {
        out.begin(RecordType.ROUTE, key).array(4).textOrNil(route.upstreamProxy()).text(route.serverAddress()).integer(route.connectionId());
        tls(out, route.tls());
        out.end();
    }

    static Route route(PayloadReader in, boolean reused) throws PayloadReader.MalformedPayloadException {
        in.array();
        return new Route(in.textOrNil(), in.text(), in.integer(), reused, tls(in));
    }

    static void start(PayloadWriter out, long clientKey, ExchangeStart start) {
        out.begin(RecordType.START, 0).fixed(clientKey);
        byte[] id = new byte[UUID_BYTES];
        RecordLayout.putLong(id, 0, start.id().getMostSignificantBits());
        RecordLayout.putLong(id, Long.BYTES, start.id().getLeastSignificantBits());
        out.array(start.urlAsWritten().isPresent() ? START_MEMBERS + 1 : START_MEMBERS).binary(id).integer(start.startedAtMillis()).text(start.client().source().id()).textOrNil(start.client().targetId());
        out.text(start.endpoint().scheme()).text(start.endpoint().host()).integer(start.endpoint().port());
        out.bool(start.head().raw().length > 0).binary(WireHeads.bytes(start.head()));
        if (start.urlAsWritten().isPresent()) {
            out.text(start.urlAsWritten().get());
        }
        out.end();
    }

    static StartFacts start(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        int members = in.array();
        byte[] id = in.binary();
        if (id.length != UUID_BYTES) {
            throw new PayloadReader.MalformedPayloadException("an exchange id of " + id.length + " bytes");
        }
        UUID uuid = new UUID(RecordLayout.getLong(id, 0), RecordLayout.getLong(id, Long.BYTES));
        long started = in.integer();
        Source source = source(in.text());
        return new StartFacts(uuid, started, source, in.textOrNil(), new Endpoint(in.text(), in.text(), (int) in.integer()), in.bool(),
                in.binary(), members > START_MEMBERS ? in.textOrNil() : Optional.empty());
    }

    /** The head of a START record, whose reference to the client was read. */
    static byte[] startHead(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        in.skip(in.binaryLength());
        in.integer();
        in.skip(in.textLength());
        if (!in.skipNil()) {
            in.skip(in.textLength());
        }
        in.skip(in.textLength());
        in.skip(in.textLength());
        in.integer();
        in.bool();
        return in.binary();
    }

    static void requestEnd(PayloadWriter out, long seq, long bodyKey, BodyFacts body) {
        out.begin(RecordType.REQUEST_END, seq).fixed(bodyKey);
        body(out, body);
        out.end();
    }

    static void informational(PayloadWriter out, long seq, ResponseHead head) {
        out.begin(RecordType.INFORMATIONAL, seq).array(2).bool(head.raw().length > 0).binary(WireHeads.bytes(head));
        out.end();
    }

    static void response(PayloadWriter out, long seq, long routeKey, boolean reused, ResponseHead head) {
        out.begin(RecordType.RESPONSE, seq).fixed(routeKey).array(3).bool(reused).bool(head.raw().length > 0).binary(WireHeads.bytes(head));
        out.end();
    }

    static ResponseHead responseHead(PayloadReader in) throws PayloadReader.MalformedPayloadException, IOException {
        boolean raw = in.bool();
        return WireHeads.response(in.binary(), raw);
    }

    static void end(PayloadWriter out, long seq, long bodyKey, long routeKey, boolean reused, Optional<BodyFacts> body, ExchangeEnd end) {
        out.begin(RecordType.END, seq).fixed(bodyKey).fixed(routeKey)
                .array(end.sent().isNone() ? END_MEMBERS : END_MEMBERS + 1);
        switch (end.outcome()) {
            case Outcome.Incomplete(ErrorClass errorClass, String reason) -> out.array(2).text(errorClass.id()).text(reason);
            case Outcome.Complete complete -> out.nil();
            case Outcome.InFlight inFlight -> throw new IllegalArgumentException("an exchange that ended is not in flight");
        }
        if (body.isPresent()) {
            body(out, body.get());
        } else {
            out.nil();
        }
        timings(out, end.timings());
        out.array(end.rules().size());
        for (RuleMatch rule : end.rules()) {
            out.array(2).text(rule.id()).integer(rule.version());
        }
        out.array(end.notes().size());
        end.notes().forEach(out::text);
        out.bool(reused);
        if (!end.sent().isNone()) {
            SentCodec.write(out, end.sent());
        }
        out.end();
    }

    static EndFacts end(PayloadReader in) throws PayloadReader.MalformedPayloadException, IOException {
        int members = in.array();
        Outcome outcome = outcome(in);
        Optional<BodyFacts> body = in.skipNil() ? Optional.empty() : Optional.of(body(in));
        Timings timings = timings(in);
        List<RuleMatch> rules = new ArrayList<>();
        for (int left = in.array(); left > 0; left--) {
            in.array();
            rules.add(new RuleMatch(in.text(), (int) in.integer()));
        }
        List<String> notes = new ArrayList<>();
        for (int left = in.array(); left > 0; left--) {
            notes.add(in.text());
        }
        boolean reused = in.bool();
        SentMessages sent = members > END_MEMBERS ? SentCodec.read(in) : SentMessages.NONE;
        return new EndFacts(outcome, body, timings, List.copyOf(rules), List.copyOf(notes), reused, sent);
    }

    static Outcome outcome(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        if (in.skipNil()) {
            return new Outcome.Complete();
        }
        in.array();
        return new Outcome.Incomplete(errorClass(in.text()), in.text());
    }

    static BodyFacts body(PayloadReader in) throws PayloadReader.MalformedPayloadException, IOException {
        in.array();
        return new BodyFacts(in.integer(), in.integer(), in.binary(), in.bool(), in.bool(), WireHeads.fields(in.binary()));
    }

    static BodyCounts bodyCounts(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        long bytes = in.integer();
        long kept = in.integer();
        in.skip(in.binaryLength());
        BodyCounts counts = new BodyCounts(bytes, kept, in.bool(), in.bool());
        in.skip(in.binaryLength());
        return counts;
    }

    /** Reads an END record as far as the index needs it. */
    static EndCounts endCounts(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        Optional<ErrorClass> errorClass = Optional.empty();
        if (!in.skipNil()) {
            in.array();
            errorClass = Optional.of(errorClass(in.text()));
            in.skip(in.textLength());
        }
        Optional<BodyCounts> body = in.skipNil() ? Optional.empty() : Optional.of(bodyCounts(in));
        for (int left = in.array(); left > 1; left--) {
            in.integer();
        }
        return new EndCounts(errorClass, body, in.integer());
    }

    static Timings timings(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        return new Timings(in.integer(), in.integer(), in.integer(), in.integer(), in.integer(), in.integer(), in.integer(), in.integer());
    }

    static String hex(byte[] sha256) {
        return HexFormat.of().formatHex(sha256);
    }

    private static void body(PayloadWriter out, BodyFacts body) {
        out.array(6).integer(body.bytes()).integer(body.kept()).binary(body.sha256()).bool(body.complete()).bool(body.shed())
                .binary(WireHeads.bytes(body.trailers()));
    }

    private static void timings(PayloadWriter out, Timings timings) {
        out.array(8).integer(timings.blocked()).integer(timings.dns()).integer(timings.connect()).integer(timings.tls())
                .integer(timings.send()).integer(timings.await()).integer(timings.receive()).integer(timings.total());
    }

    private static void tls(PayloadWriter out, Optional<TlsInfo> tls) {
        if (tls.isEmpty()) {
            out.nil();
            return;
        }
        TlsInfo info = tls.get();
        out.array(9).text(info.version()).text(info.cipher()).textOrNil(info.alpn()).textOrNil(info.sni()).binary(info.clientHello())
                .textOrNil(info.ja3()).textOrNil(info.ja4()).textOrNil(info.ja3s()).array(info.certificates().size());
        info.certificates().forEach(out::binary);
    }

    private static Optional<TlsInfo> tls(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        if (in.skipNil()) {
            return Optional.empty();
        }
        in.array();
        String version = in.text();
        String cipher = in.text();
        Optional<String> alpn = in.textOrNil();
        Optional<String> sni = in.textOrNil();
        byte[] clientHello = in.binary();
        Optional<String> ja3 = in.textOrNil();
        Optional<String> ja4 = in.textOrNil();
        Optional<String> ja3s = in.textOrNil();
        List<byte[]> certificates = new ArrayList<>();
        for (int left = in.array(); left > 0; left--) {
            certificates.add(in.binary());
        }
        return Optional.of(new TlsInfo(version, cipher, alpn, sni, clientHello, ja3, ja4, ja3s, List.copyOf(certificates)));
    }

    static ErrorClass errorClass(String id) throws PayloadReader.MalformedPayloadException {
        for (ErrorClass errorClass : ErrorClass.values()) {
            if (errorClass.id().equals(id)) {
                return errorClass;
            }
        }
        throw new PayloadReader.MalformedPayloadException("unknown error class");
    }

    private static Source source(String id) throws PayloadReader.MalformedPayloadException {
        for (Source source : Source.values()) {
            if (source.id().equals(id)) {
                return source;
            }
        }
        throw new PayloadReader.MalformedPayloadException("unknown source");
    }
}
