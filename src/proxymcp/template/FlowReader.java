package proxymcp.template;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.decode.Decoders;
import proxymcp.diff.Document;
import proxymcp.diff.Endpoints;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.FieldReader;
import proxymcp.diff.Part;
import proxymcp.diff.Partners;
import proxymcp.diff.RequestShape;
import proxymcp.diff.Side;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamSummary;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.IndexEntry;
import proxymcp.store.MessageReader;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;
import proxymcp.store.WorkWatch;

/** Reads the exchanges of a session in order, and remembers what their requests send and their answers hold. Not for several threads. */
final class FlowReader {
    private static final long LATE_MILLIS = 500;
    private static final int STREAM_BYTES_MAX = 1 << 20;
    private static final List<String> FIXED_TYPES = List.of("image/", "font/", "audio/", "video/", "text/css", "application/wasm", "application/font");
    private static final List<String> FIXED_FILES = List.of(".js", ".mjs", ".css", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2",
            ".ttf", ".map");

    private final FieldReader reader;
    private final List<FlowExchange> exchanges = new ArrayList<>();
    private final ValueIndex index = new ValueIndex();
    private final CookieTrail cookies = new CookieTrail();
    private final ValidatorTrail validators = new ValidatorTrail();
    private final List<String> warnings = new ArrayList<>();
    private final Optional<Partners> partners;

    FlowReader(Decoders decoders) {
        this(decoders, Optional.empty());
    }

    /** @param partners takes what exchanges are held against those of another recording by */
    FlowReader(Decoders decoders, Optional<Partners> partners) {
        this.partners = partners;
        this.reader = new FieldReader(decoders);
    }

    /** Reads exchanges by their seqs, which rise. */
    void read(Session session, List<Long> seqs, Endpoints endpoints, WorkWatch watch) throws IOException {
        long damaged = 0;
        long done = 0;
        long cached = 0;
        try (ExchangeScan scan = session.exchanges(); MessageReader messages = session.messages()) {
            for (long seq : seqs) {
                if (watch.cancelled()) {
                    throw new CancellationException();
                }
                watch.done(done++, seqs.size());
                try {
                    Optional<StoredExchange> stored = scan.exchange(seq);
                    if (stored.isPresent() && isRequest(stored.get())) {
                        add(stored.get(), endpoints, messages);
                        cached += stored.get().exchange().response().map(head -> head.status() == 304 ? 1 : 0).orElse(0);
                    }
                } catch (CorruptSegmentException broken) {
                    damaged++;
                }
            }
        }
        if (damaged > 0) {
            warnings.add(damaged + " exchanges are damaged and were left out");
        }
        if (cached > 0) {
            warnings.add(cached + " answers were 304 and hold nothing: record with an empty cache to see all values");
        }
        if (index.isFull()) {
            warnings.add("there are more values than are remembered; choose fewer exchanges");
        }
    }

    /** Tunnels, preflights and what is still running are no steps; a stream that never ended is one. */
    private static boolean isRequest(StoredExchange stored) {
        IndexEntry entry = stored.entry();
        boolean preflight = entry.method().equals("OPTIONS") && stored.exchange().start().head().fields().contains("Access-Control-Request-Method");
        return !entry.method().equals("CONNECT") && !entry.url().startsWith("tunnel:") && !preflight
                && (entry.state() != SessionQuery.State.IN_FLIGHT || stored.exchange().stream().isPresent());
    }

    private void add(StoredExchange stored, Endpoints endpoints, MessageReader messages) throws IOException {
        IndexEntry entry = stored.entry();
        ExchangeFields fields = reader.read(stored);
        Fields head = stored.exchange().responseContentFields();
        String type = Charsets.mediaType(head.first("Content-Type").orElse(""));
        int step = exchanges.size();
        long end = entry.state() == SessionQuery.State.IN_FLIGHT ? Long.MAX_VALUE : known(stored);
        List<Use> uses = RequestUses.of(fields);
        Set<String> sent = new HashSet<>();
        uses.forEach(use -> EdgeFinder.spellings(use.value(), sent));
        sent.forEach(value -> index.used(step, value));
        FlowExchange exchange = new FlowExchange(step, entry.seq(), endpoints.of(RequestShape.of(stored)), entry.url(), entry.startedAtMillis(), end,
                entry.status().orElse(0), isFixed(type, entry.url()), uses, sent);
        exchanges.add(exchange);
        cookies.add(exchange, fields);
        validators.add(exchange, fields);
        partners.ifPresent(known -> known.add(fields, exchange.endpoint(), exchange.startMillis(), exchange.status()));
        Optional<StreamKind> stream = stored.exchange().stream().filter(known -> known.framesIn() + known.framesOut() > 0).map(StreamSummary::kind);
        ResponseValues values = new ResponseValues(new ResponseValues.Taker() {
            @Override
            public void take(String value, String selector, String key, String around) {
                index.produced(step, end, value, selector, key, around);
            }

            @Override
            public void unplaced(String value) {
                index.unplaced(step, value);
            }
        });
        if (stream.isEmpty()) {
            values.list(fields, type, text(stored, fields, type), () -> decoded(stored));
        } else {
            values.list(withoutBody(fields), type, "", () -> "");
            new StreamValues(stream.get(), step, index).read(messages, entry.seq());
        }
    }

    /**
     * When the client knew the answer. A proxy that waits for a core notes the end after the client has it and asks on: the end may have been earlier by
     * {@link #LATE_MILLIS}, but not before the answer's head.
     */
    private static long known(StoredExchange stored) {
        Timings timings = stored.exchange().timings();
        long began = stored.entry().startedAtMillis();
        long end = began + stored.entry().durationNanos().orElse(0) / 1_000_000;
        return timings.receive() < 0 || timings.total() < timings.receive() ? end
                : Math.max(began + (timings.total() - timings.receive()) / 1_000_000, end - LATE_MILLIS);
    }

    /** What the messages of a stream hold is taken from these: each has its time. */
    private static ExchangeFields withoutBody(ExchangeFields fields) {
        List<Document> kept = new ArrayList<>();
        for (Document document : fields.documents()) {
            if (document.side() == Side.REQUEST || !document.holderAt().isEmpty()) {
                kept.add(document);
            }
        }
        return new ExchangeFields(fields.seq(), fields.flat(), kept, fields.requestUnknown(), fields.responseUnknown());
    }

    private static String text(StoredExchange stored, ExchangeFields fields, String type) {
        if (type.equals("text/event-stream")) {
            return decoded(stored);
        }
        for (Document document : fields.documents()) {
            if (document.side() == Side.RESPONSE && document.part() == Part.BODY && document.root() instanceof JsonArray lines) {
                StringBuilder text = new StringBuilder();
                for (JsonValue line : lines) {
                    text.append(text.isEmpty() ? "" : "\n").append(line instanceof JsonString string ? string.value() : "");
                }
                return text.toString();
            }
        }
        return "";
    }

    private static String decoded(StoredExchange stored) {
        Fields head = stored.exchange().responseContentFields();
        try (InputStream in = stored.responseBody().open()) {
            byte[] octets = Codings.decodePreview(in.readNBytes(STREAM_BYTES_MAX), head.all("Content-Encoding"), STREAM_BYTES_MAX).bytes();
            return Charsets.text(head.first("Content-Type").orElse(""), octets);
        } catch (IOException e) {
            return ""; // What is damaged holds no value.
        }
    }

    private static boolean isFixed(String type, String url) {
        if (type.contains("javascript")) {
            return true;
        }
        for (String fixed : FIXED_TYPES) {
            if (type.startsWith(fixed)) {
                return true;
            }
        }
        String path = url.toLowerCase(Locale.ROOT);
        int end = path.indexOf('?');
        path = end < 0 ? path : path.substring(0, end);
        for (String file : FIXED_FILES) {
            if (path.endsWith(file) && !type.contains("html") && !type.contains("json")) {
                return true;
            }
        }
        return false;
    }

    /** What endpoints are learned from: the URLs of exchanges. */
    static RequestShape shape(IndexEntry entry) {
        String url = entry.url();
        int scheme = url.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        int path = start;
        while (path < url.length() && "/?#".indexOf(url.charAt(path)) < 0) {
            path++;
        }
        int end = path;
        while (end < url.length() && url.charAt(end) != '?' && url.charAt(end) != '#') {
            end++;
        }
        return new RequestShape(entry.method(), url.substring(start, path).toLowerCase(Locale.ROOT), url.substring(path, end), "");
    }

    List<FlowExchange> exchanges() {
        return exchanges;
    }

    ValueIndex index() {
        return index;
    }

    CookieTrail cookies() {
        return cookies;
    }

    ValidatorTrail validators() {
        return validators;
    }

    List<String> warnings() {
        return warnings;
    }
}
