package proxymcp.tool;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Route;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.Args;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.IndexEntry;
import proxymcp.store.MessageReader;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;

/** What is known of the TLS handshakes of a session. */
final class HandshakesTool {
    private static final String UNAVAILABLE = "Exchanges over plain HTTP have no handshake; imported and replayed ones keep what was known of theirs.";
    private static final int BATCH = 1_024;
    private static final int TEXT_CHARS = 1_000;
    private static final int HOST_CHARS = 255;

    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.integer("limit", "", 1, 5_000).defaultTo(200),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            Property.choice("sort", "By start", "asc", "desc").defaultTo("desc"),
            Property.text("hostname_contains", "", 1, 1_000),
            Property.text("url_contains", "", 1, 10_000),
            ListBudget.MAX_CHARS);

    private record Counts(long with, long without) {}

    private final SessionControl sessions;
    private final WorkPool pool;

    HandshakesTool(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_get_session_handshakes", "TLS handshakes of a session",
                "JA3, JA4 and JA3S, version, cipher and ALPN of a session's exchanges, with exact counts of those that have them.",
                Tool.Hints.QUERY, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("sessionId"), ResultSchema.integer("withTlsMetadata"), ResultSchema.integer("withoutTlsMetadata"),
                        ResultSchema.text("unavailableReason")).and(ListBudget.pageMembers("items").members().toArray(new ResultSchema.Member[0])),
                new ToolCall(this::list)));
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        SessionQuery query = query(args.optString("hostname_contains"), args.optString("url_contains"), args.string("sort").equals("desc"));
        return pool.run(context, () -> sessions.catalog().read(id, session -> {
            Counts counts = count(session, query, context);
            int offset = args.integer("offset");
            ListBudget rows = new ListBudget(args.integer("max_chars"));
            for (IndexEntry entry : session.query(query, offset, args.integer("limit"), Optional.empty()).items()) {
                if (!rows.add(row(session, entry))) {
                    break;
                }
            }
            return ToolOutcome.success(JsonObject.builder().put("sessionId", id.text()).put("withTlsMetadata", counts.with())
                    .put("withoutTlsMetadata", counts.without()).put("unavailableReason", UNAVAILABLE)
                    .putAll(rows.page("items", offset, Math.max(offset + rows.size(), counts.with() + counts.without()))).build());
        }));
    }

    static SessionQuery query(Optional<String> host, Optional<String> url, boolean descending) {
        SessionQuery all = SessionQuery.ALL;
        return new SessionQuery(all.method(), host, url, all.text(), all.contentTypeContains(), all.targetId(), all.statusMin(), all.statusMax(),
                all.fromMillis(), all.toMillis(), all.minDurationMillis(), all.minBytes(), all.state(), all.errorClass(), all.source(), descending);
    }

    /** Goes through the log once, whatever the order of the list. */
    private static Counts count(Session session, SessionQuery query, CallContext context) throws IOException {
        SeqScan scan = session.scan(query, 0);
        long[] seqs = new long[BATCH];
        long with = 0;
        long without = 0;
        try (MessageReader messages = session.messages()) {
            for (int count = scan.next(seqs, BATCH); count > 0; count = scan.next(seqs, BATCH)) {
                if (context.cancelled()) {
                    throw new CancellationException("cancelled while handshakes were counted");
                }
                for (int i = 0; i < count; i++) {
                    boolean known = messages.hasTls(seqs[i]);
                    with += known ? 1 : 0;
                    without += known ? 0 : 1;
                }
                context.progress(seqs[count - 1], scan.lastSeq(), "exchanges");
            }
        }
        return new Counts(with, without);
    }

    private static JsonObject row(Session session, IndexEntry entry) {
        Optional<Exchange> logged = logged(session, entry.seq());
        Optional<TlsInfo> client = logged.flatMap(exchange -> exchange.start().clientTls());
        Optional<TlsInfo> server = logged.flatMap(Exchange::route).flatMap(Route::tls);
        JsonObject.Builder row = JsonObject.builder().put("seq", entry.seq()).put("exchangeId", entry.id().toString())
                .put("timestamp", entry.startedAtMillis()).put("hostname", Shortened.text(entry.host(), HOST_CHARS))
                .put("url", Shortened.text(entry.url(), TEXT_CHARS)).put("ja3", text(client.flatMap(TlsInfo::ja3)))
                .put("ja4", text(client.flatMap(TlsInfo::ja4))).put("ja3s", text(server.flatMap(TlsInfo::ja3s)))
                .put("hasTls", client.isPresent() || server.isPresent());
        client.ifPresent(info -> row.put("client", agreed(info)));
        server.ifPresent(info -> row.put("server", agreed(info)));
        return row.build();
    }

    private static Optional<Exchange> logged(Session session, long seq) {
        try {
            return session.exchange(seq).map(StoredExchange::exchange);
        } catch (IOException e) {
            return Optional.empty(); // proxy_get_session_exchange says what is damaged.
        }
    }

    private static JsonObject agreed(TlsInfo info) {
        return JsonObject.builder().put("tlsVersion", info.version()).put("cipher", info.cipher()).put("alpn", text(info.alpn())).build();
    }

    private static JsonValue text(Optional<String> text) {
        return text.isPresent() ? new JsonString(text.get()) : JsonNull.NULL;
    }
}
