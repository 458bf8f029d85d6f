package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
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
import proxymcp.search.BodySearch;
import proxymcp.search.Hit;
import proxymcp.search.SearchIn;
import proxymcp.search.SearchRequest;
import proxymcp.search.SearchResult;
import proxymcp.search.Snippet;
import proxymcp.search.Wanted;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;

/** Finding text in the bodies of a session. */
final class BodySearchTool {
    private static final int TEXT_MAX = 10_000;
    private static final int SCAN_MAX = 10_000_000;
    private static final int URL_CHARS = 200;
    private static final int NAME_CHARS = 100;
    /** What a result shows of what it was asked for, as JSON. */
    private static final int QUERY_CHARS = 200;
    private static final String CURSOR_START = "m";

    static final Schema INPUT = Schema.of(SessionTools.SESSION_ID,
            Property.text("text", "What to find", 1, TEXT_MAX).required(),
            Property.flag("regex", "text is a Java regular expression").defaultTo(false),
            Property.flag("case_sensitive", "").defaultTo(false),
            Property.choice("search_in", "Bodies, header fields, messages of streams, or all", "response", "request", "both", "headers", "messages", "all").defaultTo("both"),
            Property.integer("limit", "", 1, 100).defaultTo(10),
            Property.integer("max_scan", "Exchanges to look at, at most; all unless given", 1, SCAN_MAX),
            Property.integer("context_chars", "Shown on each side of a match", 20, 500).defaultTo(120),
            Property.text("cursor", "nextCursor of the page before", 1, 40),
            ListBudget.MAX_CHARS).and(SessionFilter.FEW).andUntold(SessionFilter.OTHERS_BUT_TEXT);

    private final SessionControl sessions;
    private final WorkPool pool;

    BodySearchTool(SessionControl sessions, WorkPool pool) {
        this.sessions = sessions;
        this.pool = pool;
    }

    List<Tool> tools() {
        return List.of(new Tool("proxy_search_session_bodies", "Search a session's bodies",
                "Finds text or a regular expression in decoded bodies of a session, oldest first, with context. Filters as in proxy_query_session.",
                Tool.Hints.QUERY, SessionTools.TOOLSET, INPUT,
                ResultSchema.of(ResultSchema.text("query"), ResultSchema.integer("scanned"), ResultSchema.integer("skippedBinary"),
                        ResultSchema.integer("skippedNoBody"), ResultSchema.integer("undecodable"), ResultSchema.integer("damaged"),
                        ResultSchema.integer("timedOut"), ResultSchema.integer("tooDeep"), ResultSchema.integer("totalMatches"),
                        ResultSchema.integer("showing"), ResultSchema.flag("complete"), ResultSchema.text("reason").optional(),
                        ResultSchema.text("nextCursor").optional(), ResultSchema.flag("recovered").optional(), ResultSchema.array("matches")),
                new ToolCall(this::search)));
    }

    private ToolOutcome search(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        OptionalLong after = after(args);
        SearchRequest request = request(args, after);
        int charsMax = args.integer("max_chars");
        return pool.run(context, () -> sessions.catalog().read(id, session -> {
            SearchResult result = BodySearch.run(session, request, pool, pool.threads(), System::nanoTime, new CallWatch(context, "exchanges"));
            return ToolOutcome.success(render(session, args.string("text"), result, after.isPresent(), charsMax));
        }));
    }

    private static SearchRequest request(Args args, OptionalLong after) throws BadArgument {
        SessionQuery filter = SessionFilter.parseButText(args);
        return new SearchRequest(wanted(args), args.choice("search_in", SearchIn.class), filter.ofAnyContentType(), filter.contentTypeContains(),
                after.orElse(0), args.optLong("max_scan").orElse(Long.MAX_VALUE), args.integer("limit"), after.isPresent(),
                args.integer("context_chars"));
    }

    private static Wanted wanted(Args args) throws BadArgument {
        boolean caseSensitive = args.flag("case_sensitive");
        if (!args.flag("regex")) {
            return new Wanted.Text(args.string("text"), caseSensitive);
        }
        try {
            return Wanted.regex(args.string("text"), caseSensitive);
        } catch (IllegalArgumentException refused) {
            throw new BadArgument("text", "expected a Java regular expression: " + Shortened.text(refused.getMessage(), 300));
        }
    }

    /** The exchange that a page ended with. */
    private static OptionalLong after(Args args) throws BadArgument {
        Optional<String> cursor = args.optString("cursor");
        if (cursor.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            String text = cursor.get();
            long seq = text.startsWith(CURSOR_START) ? Long.parseLong(text.substring(1), Character.MAX_RADIX) : -1;
            if (seq > 0) {
                return OptionalLong.of(seq);
            }
        } catch (NumberFormatException notACursor) {
            // Said below.
        }
        throw new BadArgument("cursor", "expected nextCursor of a page with the same arguments");
    }

    private static JsonObject render(Session session, String text, SearchResult result, boolean continued, int charsMax) {
        ListBudget rows = new ListBudget(charsMax);
        for (Hit hit : result.hits()) {
            if (!rows.add(row(hit))) {
                break;
            }
        }
        Optional<String> more = whyMore(result, rows);
        JsonObject.Builder members = JsonObject.builder().put("query", query(text)).put("scanned", result.counts().scanned())
                .put("skippedBinary", result.counts().skippedBinary()).put("skippedNoBody", result.counts().skippedNoBody())
                .put("undecodable", result.counts().undecodable()).put("damaged", result.counts().damaged())
                .put("timedOut", result.counts().timedOut()).put("tooDeep", result.counts().tooDeep())
                .put("totalMatches", result.counts().matched()).put("showing", rows.size()).put("complete", more.isEmpty() && !continued);
        if (more.isPresent()) {
            boolean shownAll = rows.size() == result.counts().matched();
            long last = shownAll ? result.throughSeq() : result.hits().get(rows.size() - 1).entry().seq();
            members.put("reason", more.get()).put("nextCursor", CURSOR_START + Long.toString(last, Character.MAX_RADIX));
        } else if (continued) {
            members.put("reason", "matches before the cursor are not shown");
        }
        if (SessionView.isRecovered(session.manifest(), session.damage())) {
            members.put("recovered", true);
        }
        return members.put("matches", rows.items()).build();
    }

    /** Why there may be matches that are not shown; empty if there are none. */
    private static Optional<String> whyMore(SearchResult result, ListBudget rows) {
        String goOn = "; continue with cursor nextCursor";
        if (rows.isFull()) {
            return Optional.of("max_chars reached" + goOn);
        }
        return switch (result.end()) {
            case ALL -> rows.size() < result.counts().matched() ? Optional.of("limit reached" + goOn) : Optional.empty();
            case FULL -> Optional.of("limit reached" + goOn);
            case SCANNED -> Optional.of("max_scan reached" + goOn);
            case TOO_SLOW -> Optional.of("the expression took too long on " + result.counts().timedOut() + " bodies" + goOn + ", or simplify it");
        };
    }

    private static JsonObject row(Hit hit) {
        IndexEntry entry = hit.entry();
        List<JsonValue> snippets = new ArrayList<>();
        for (Snippet snippet : hit.snippets()) {
            snippets.add(JsonObject.builder().put("position", snippet.position()).put("context", snippet.context()).build());
        }
        JsonObject.Builder row = JsonObject.builder().put("exchangeId", entry.id().toString()).put("seq", entry.seq())
                .put("url", Shortened.prefix(entry.url(), URL_CHARS));
        if (entry.url().length() > URL_CHARS) {
            row.put("truncated", true).put("urlLength", entry.url().length());
        }
        hit.frame().ifPresent(frame -> row.put("frameIndex", frame));
        return row.put("method", Shortened.text(entry.method(), NAME_CHARS))
                .put("statusCode", entry.status().isPresent() ? JsonNumber.of(entry.status().getAsInt()) : JsonNull.NULL)
                .put("contentType", entry.contentType().isPresent() ? new JsonString(Shortened.text(entry.contentType().get(), NAME_CHARS))
                        : JsonNull.NULL)
                .put("matchedIn", hit.place().id()).put("source", hit.whole() ? "full" : "preview").put("snippets", snippets).build();
    }

    /** What was asked for; its beginning if it is long. */
    private static String query(String text) {
        String shown = text;
        for (int chars = QUERY_CHARS; Json.text(new JsonString(shown)).length() > 2 * QUERY_CHARS; chars /= 2) {
            shown = Shortened.text(text, chars);
        }
        return shown;
    }
}
