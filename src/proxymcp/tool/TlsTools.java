package proxymcp.tool;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.MessageReader;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;

/** Who the clients' TLS stacks are, and the servers'. In the core toolset, as they read the live buffer first, and a session when asked. */
final class TlsTools {
    private static final int BATCH = 1_024;

    static final Schema GET = Schema.of(
            Property.text("exchange_id", "Id of an exchange of the live buffer, or of session_id", 1, 100),
            Property.text("session_id", "Look in this session, by seq or exchange_id", 1, 100),
            Property.integer("seq", "Number within the session", 1, Long.MAX_VALUE >> 20),
            Property.flag("include_client_hello", "With the ClientHello as base64").defaultTo(false));
    static final Schema LIST = Schema.of(
            Property.integer("limit", "Most fingerprints of each kind", 1, 500).defaultTo(20),
            Property.text("hostname_filter", "", 1, 1_000),
            Property.text("session_id", "Count in this session, not in the live buffer", 1, 100), ListBudget.MAX_CHARS);

    private final ProxyControl control;
    private final SessionControl sessions;
    private final WorkPool pool;

    TlsTools(ProxyControl control, SessionControl sessions, WorkPool pool) {
        this.control = control;
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Tool> tools() {
        Tool get = new Tool("proxy_get_tls_fingerprints", "TLS fingerprints of an exchange",
                "JA3, JA3N, JA4 of an exchange's client, JA3S and certificates of its server. tls is null where no side used TLS.",
                Tool.Hints.QUERY, Toolbox.CORE, GET, ResultSchema.of(ResultSchema.text("exchange_id"), ResultSchema.text("hostname"),
                        ResultSchema.any("tls", "object or null")), new ToolCall(this::get));
        Tool list = new Tool("proxy_list_tls_fingerprints", "List TLS fingerprints",
                "Fingerprints of clients, the commonest first. A browser's JA3 differs in each connection; go by JA3N or JA4.",
                Tool.Hints.QUERY, Toolbox.CORE, LIST, ResultSchema.of(ResultSchema.integer("totalExchangesWithTls"), ResultSchema.array("ja3"),
                        ResultSchema.array("ja3n"), ResultSchema.array("ja4"), ResultSchema.flag("complete"),
                        ResultSchema.text("reason").optional()), new ToolCall(this::list));
        return List.of(get, list);
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        Optional<String> session = args.optString("session_id");
        OptionalLong seq = args.optLong("seq");
        Optional<String> exchangeId = args.optString("exchange_id");
        boolean withHello = args.flag("include_client_hello");
        if (session.isEmpty()) {
            if (seq.isPresent()) {
                throw new BadArgument("seq", "expected session_id with it");
            }
            String id = exchangeId.orElseThrow(() -> new BadArgument("exchange_id", "expected it, or session_id and seq"));
            return fingerprints(ExchangeTool.find(control.live(), id), withHello);
        }
        if (seq.isEmpty() && exchangeId.isEmpty()) {
            throw new BadArgument("seq", "expected it, or exchange_id");
        }
        SessionId id = SessionControl.id("session_id", session.get());
        return pool.run(context, () -> sessions.catalog().read(id, opened -> fingerprints(SessionExchangeTool.find(opened,
                seq.isPresent() ? seq : SessionExchangeTool.seqOf(opened, exchangeId.orElseThrow())).exchange(), withHello)));
    }

    private static ToolOutcome fingerprints(Exchange exchange, boolean withHello) {
        return ToolOutcome.success(JsonObject.builder().put("exchange_id", exchange.start().id().toString())
                .put("hostname", exchange.start().endpoint().host()).put("tls", TlsView.of(exchange, withHello)).build());
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        Optional<String> host = args.optString("hostname_filter");
        Optional<String> session = args.optString("session_id");
        int limit = args.integer("limit");
        int charsMax = args.integer("max_chars");
        if (session.isEmpty()) {
            return pool.run(context, () -> ToolOutcome.success(counted(control.live().snapshot(), host).json(limit, charsMax)));
        }
        SessionId id = SessionControl.id("session_id", session.get());
        return pool.run(context, () -> sessions.catalog().read(id,
                opened -> ToolOutcome.success(counted(opened, host, context).json(limit, charsMax))));
    }

    private static FingerprintTally counted(List<Exchange> exchanges, Optional<String> host) {
        FingerprintTally tally = new FingerprintTally();
        String part = host.orElse("").toLowerCase(Locale.ROOT);
        for (Exchange exchange : exchanges) {
            String name = exchange.start().endpoint().host();
            if (name.toLowerCase(Locale.ROOT).contains(part)) {
                exchange.start().clientTls().ifPresent(client -> tally.add(client, name));
            }
        }
        return tally;
    }

    /** Goes through the log once; exchanges without TLS cost a look at their first records only. */
    private static FingerprintTally counted(Session session, Optional<String> host, CallContext context) throws Exception {
        FingerprintTally tally = new FingerprintTally();
        SeqScan scan = session.scan(HandshakesTool.query(host, Optional.empty(), false), 0);
        long[] seqs = new long[BATCH];
        try (MessageReader messages = session.messages()) {
            for (int count = scan.next(seqs, BATCH); count > 0; count = scan.next(seqs, BATCH)) {
                for (int i = 0; i < count; i++) {
                    if (context.cancelled()) {
                        throw new CancellationException("cancelled while fingerprints were counted");
                    }
                    if (messages.hasTls(seqs[i])) {
                        add(tally, session.exchange(seqs[i]));
                    }
                }
                context.progress(seqs[count - 1], scan.lastSeq(), "exchanges");
            }
        }
        return tally;
    }

    private static void add(FingerprintTally tally, Optional<StoredExchange> found) {
        if (found.isPresent()) {
            Exchange exchange = found.get().exchange();
            Optional<TlsInfo> client = exchange.start().clientTls();
            client.ifPresent(info -> tally.add(info, exchange.start().endpoint().host()));
        }
    }
}
