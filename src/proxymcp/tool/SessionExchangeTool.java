package proxymcp.tool;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import proxymcp.http.Fields;
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
import proxymcp.store.Artifact;
import proxymcp.store.Artifacts;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.StoredBody;
import proxymcp.store.StoredExchange;

/** One exchange of a session in full, and its bodies. */
final class SessionExchangeTool {
    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.integer("seq", "This or exchange_id", 1, Long.MAX_VALUE >> 20),
            Property.text("exchange_id", "Slower than seq", 1, 100), ListBudget.MAX_CHARS).and(BodyArgs.UNEXPLAINED);

    /** Characters of the row beside the exchange, of which the least that a result may have is 2,000. */
    private static final int ROW_CHARS = 1_000;
    private static final int DAMAGE_CHARS = 200;
    private static final int DAMAGE_MAX = 5;

    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;

    SessionExchangeTool(SessionControl sessions, FileAccess files, WorkPool pool) {
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_get_session_exchange", "Get one exchange of a session",
                "One exchange of a session: headers in wire order, TLS, timings, how it ended. Bodies as in proxy_get_exchange.",
                new Tool.Hints(false, true, true, false), SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.object("index"), ResultSchema.array("damage").optional())
                        .and(ExchangeResult.SCHEMA.members().toArray(new ResultSchema.Member[0])),
                new ToolCall(this::get)));
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        BodyArgs body = BodyArgs.parse(args);
        OptionalLong seq = args.optLong("seq");
        Optional<String> exchangeId = args.optString("exchange_id");
        if (seq.isEmpty() && exchangeId.isEmpty()) {
            throw new BadArgument("seq", "expected it, or exchange_id");
        }
        return pool.run(context, () -> sessions.catalog().read(id, session -> {
            StoredExchange found = find(session, seq.isPresent() ? seq : seqOf(session, exchangeId.orElseThrow()));
            return ToolOutcome.success(render(session, found, body, args.integer("max_chars"), context));
        }));
    }

    static OptionalLong seqOf(Session session, String exchangeId) throws IOException {
        try {
            return session.seqOf(UUID.fromString(exchangeId));
        } catch (IllegalArgumentException notAnId) {
            return OptionalLong.empty();
        }
    }

    static StoredExchange find(Session session, OptionalLong seq) throws IOException, ToolFailure {
        Optional<StoredExchange> found = seq.isPresent() ? session.exchange(seq.getAsLong()) : Optional.empty();
        if (found.isEmpty()) {
            throw new ToolFailure("unknown_exchange", "There is no such exchange in session " + session.manifest().id(),
                    "its seq runs from 1 to " + session.lastSeq() + "; proxy_query_session finds them");
        }
        return found.get();
    }

    private JsonObject render(Session session, StoredExchange found, BodyArgs body, int charsMax, CallContext context)
            throws IOException, ToolFailure {
        JsonObject.Builder before = JsonObject.builder().put("index",
                new SessionRow(session, Set.of()).of(found.entry(), Math.min(ROW_CHARS, charsMax / 2)));
        if (!found.damage().isEmpty()) {
            before.putStrings("damage", found.damage().subList(0, Math.min(DAMAGE_MAX, found.damage().size())).stream()
                    .map(sentence -> Shortened.text(sentence, DAMAGE_CHARS)).toList());
        }
        // Heads always, bodies when asked for: reading a preview may cost a look at a whole segment.
        return new ExchangeResult(found.exchange(),
                body.which().hasRequest() ? source(session, found.requestBody(), found.exchange().requestContentFields(), body)
                        : new BodySource.Stored(found.requestBody()),
                body.which().hasResponse() ? source(session, found.responseBody(), found.exchange().responseContentFields(), body)
                        : new BodySource.Stored(found.responseBody()),
                BodyArgs.Which.BOTH).render(body, before.build(), charsMax, files, context);
    }

    /** The body, or what it was decoded to where that was kept and the decoded view is asked for. */
    private static BodySource source(Session session, StoredBody body, Fields fields, BodyArgs args) throws IOException {
        BodySource stored = new BodySource.Stored(body);
        Artifacts artifacts = session.artifacts();
        if (args.raw() || body.kept() == 0 || body.damage().isPresent() || artifacts.isEmpty()) {
            return stored;
        }
        Optional<Artifact> artifact = artifacts.find(Artifacts.nameOf(body), Artifacts.aboutOf(fields));
        return artifact.isPresent() ? new BodySource.Decoded(artifact.get(), stored) : stored;
    }
}
