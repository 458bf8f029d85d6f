package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import proxymcp.decode.Decoders;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessagePage;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamPage;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.Streams;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.ListBudget;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.mcp.WorkPool;
import proxymcp.store.SessionId;

/** WebSockets, event streams and streams of lines: which there are, and what passed. */
final class StreamTools {
    private static final int LIMIT_MAX = 5_000;
    private static final int ENVELOPE_CHARS = 1_001;
    private static final long TIME_MAX = Long.MAX_VALUE >> 10;
    private static final int TYPES_MAX = 50;

    private static final Property SESSION = Property.text("session_id", "Of this session; else of the live buffer", 1, 100);

    static final Schema LIST = Schema.of(SESSION,
            Property.choice("kind", "Only these", "websocket", "sse", "ndjson", "tunnel"),
            Property.text("host_contains", "Part of the host", 1, 1_000),
            Property.text("path_contains", "Part of path and query", 1, 10_000),
            Property.text("channel", "Topic, as channels shows it", 1, 4_096),
            Property.choice("state", "Only these", "open", "closed"),
            Property.choice("sort", "By opening", "asc", "desc").defaultTo("desc"),
            Property.integer("limit", "Most streams", 1, LIMIT_MAX).defaultTo(50),
            Property.integer("offset", "Matches to skip", 0, Integer.MAX_VALUE).defaultTo(0),
            ListBudget.MAX_CHARS);

    static final Schema FRAMES = Schema.of(SESSION,
            Property.text("stream_id", "Only this stream; else all on one time line", 1, 100),
            Property.text("channel", "Only this topic", 1, 4_096),
            Property.choice("direction", "out: from the client", "in", "out", "both").defaultTo("both"),
            Property.texts("types", "Such as text, binary, or types of events", TYPES_MAX),
            Property.text("text_contains", "Part of the payload", 1, 4_096),
            Property.integer("from_ts", "Epoch ms", 0, TIME_MAX),
            Property.integer("to_ts", "Epoch ms", 0, TIME_MAX),
            Property.flag("include_control", "Also ping, pong, close").defaultTo(false),
            Property.choice("sort", "By time", "asc", "desc").defaultTo("asc"),
            Property.integer("limit", "Most items", 1, LIMIT_MAX).defaultTo(50),
            Property.text("cursor", "nextCursor of the page before", 1, 200),
            Property.flag("decode", "Show what binary payloads mean").defaultTo(true),
            Property.integer("max_payload", "Characters of each preview", 0, 100_000).defaultTo(2_000),
            Property.integer("frame_index", "This one of stream_id, with its payload", 0, TIME_MAX),
            BodyArgs.property("body_offset"), BodyArgs.property("body_limit"), BodyArgs.property("body_encoding"), BodyArgs.property("output_file"),
            BodyArgs.property("overwrite"), ListBudget.MAX_CHARS);

    private final LiveBuffer live;
    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;
    private final Decoders decoders;

    StreamTools(LiveBuffer live, SessionControl sessions, FileAccess files, WorkPool pool, Decoders decoders) {
        this.live = live;
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
        this.decoders = decoders;
    }

    List<Tool> tools() {
        return List.of(
                new Tool("proxy_list_ws_streams", "List streams", "WebSockets, server-sent events, JSON lines and upgraded tunnels, with their "
                        + "channels (topics) and counts. Messages: proxy_get_ws_frames.",
                        Tool.Hints.QUERY, SessionTools.TOOLSET, LIST,
                        ResultSchema.of(ResultSchema.integer("total"), ResultSchema.integer("offset"), ResultSchema.integer("showing"),
                                ResultSchema.flag("complete"), ResultSchema.text("reason").optional(), ResultSchema.integer("nextOffset").optional(),
                                ResultSchema.array("items")),
                        new ToolCall(this::list)),
                new Tool("proxy_get_ws_frames", "Get frames and events", "Frames of WebSockets, events and lines, in order of time over all streams "
                        + "that match; frame_index takes one with its whole payload.",
                        new Tool.Hints(false, true, true, false), SessionTools.TOOLSET, FRAMES,
                        ResultSchema.of(ResultSchema.integer("total").optional(), ResultSchema.flag("complete"), ResultSchema.text("reason").optional(),
                                ResultSchema.text("nextCursor").optional(), ResultSchema.array("items").optional(),
                                ResultSchema.object("frame").optional(), ResultSchema.object("payload").optional()),
                        new ToolCall(this::frames)));
    }

    private interface Work {
        JsonObject of(Source source) throws Exception;
    }

    /** Streams, and the exchanges that they belong to. */
    record Source(Streams streams, SeqOf seqs, IdOf ids) {
        interface SeqOf {
            OptionalLong of(UUID id) throws IOException;
        }

        interface IdOf {
            String of(long seq) throws IOException;
        }
    }

    private ToolOutcome on(Args args, CallContext context, Work work) throws Exception {
        Optional<String> session = args.optString("session_id");
        if (session.isEmpty()) {
            return pool.run(context, () -> ToolOutcome.success(work.of(live())));
        }
        SessionId id = SessionControl.id("session_id", session.get());
        return pool.run(context, () -> sessions.catalog().read(id, opened -> ToolOutcome.success(work.of(new Source(opened.streams(), opened::seqOf,
                seq -> opened.find(seq).map(entry -> entry.id().toString()).orElse(""))))));
    }

    private Source live() {
        List<Exchange> kept = live.snapshot();
        return new Source(live.streams(), id -> {
            for (Exchange exchange : kept) {
                if (exchange.start().id().equals(id)) {
                    return OptionalLong.of(exchange.seq());
                }
            }
            return OptionalLong.empty();
        }, seq -> {
            for (Exchange exchange : kept) {
                if (exchange.seq() == seq) {
                    return exchange.start().id().toString();
                }
            }
            return "";
        });
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        StreamQuery query = new StreamQuery(args.optChoice("kind", StreamKind.class), args.optString("host_contains"), args.optString("path_contains"),
                args.optString("channel"), args.optString("state").map("open"::equals), OptionalLong.empty(), OptionalLong.empty(),
                StreamQuery.Sort.OPENED, args.string("sort").equals("desc"));
        return on(args, context, source -> page(source.streams(), query, args.integer("offset"), args.integer("limit"), args.integer("max_chars")));
    }

    static JsonObject page(Streams streams, StreamQuery query, int offset, int limit, int charsMax) throws IOException {
        StreamPage found = streams.list(query, offset, limit);
        ListBudget rows = new ListBudget(charsMax);
        for (StreamEntry entry : found.items()) {
            if (!rows.add(StreamView.row(entry, charsMax - ENVELOPE_CHARS))) {
                break;
            }
        }
        return JsonObject.builder().putAll(rows.page("items", offset, (int) Math.min(Integer.MAX_VALUE, found.total()))).build();
    }

    private ToolOutcome frames(Args args, CallContext context) throws Exception {
        if (args.given("frame_index")) {
            return one(args, context);
        }
        for (String name : new String[] {"body_offset", "body_limit", "body_encoding", "output_file", "overwrite"}) {
            if (args.given(name)) {
                throw new BadArgument(name, "expected frame_index with it");
            }
        }
        if (args.given("from_ts") && args.given("to_ts") && args.longInteger("from_ts") > args.longInteger("to_ts")) {
            throw new BadArgument("from_ts", "expected at most to_ts, " + args.longInteger("to_ts") + ", got " + args.longInteger("from_ts"));
        }
        return on(args, context, source -> frames(args, source));
    }

    private JsonObject frames(Args args, Source source) throws Exception {
        String direction = args.string("direction");
        OptionalLong stream = args.given("stream_id") ? OptionalLong.of(stream(source, args.string("stream_id"))) : OptionalLong.empty();
        MessageQuery query = new MessageQuery(stream, args.optString("channel"),
                direction.equals("both") ? Optional.empty() : Optional.of(direction.equals("in") ? Direction.IN : Direction.OUT),
                Set.copyOf(args.strings("types")), args.optLong("from_ts"), args.optLong("to_ts"), args.optString("text_contains"),
                args.flag("include_control"), args.string("sort").equals("desc"));
        Optional<String> cursor = args.optString("cursor");
        MessagePage found;
        try {
            found = source.streams().messages(query, cursor, args.integer("limit"));
        } catch (IllegalArgumentException notACursor) {
            throw new BadArgument("cursor", "expected nextCursor of a page with the same filters and sort");
        }
        int charsMax = args.integer("max_chars");
        ListBudget rows = new ListBudget(charsMax);
        MessageView view = new MessageView(source, decoders, args.flag("decode"), args.integer("max_payload"));
        List<MessageEntry> shown = new ArrayList<>();
        for (MessageEntry entry : found.items()) {
            if (!rows.add(view.row(entry, charsMax - ENVELOPE_CHARS))) {
                break;
            }
            shown.add(entry);
        }
        return page(source, query, found, rows, shown, cursor.isPresent());
    }

    private static JsonObject page(Source source, MessageQuery query, MessagePage found, ListBudget rows, List<MessageEntry> shown, boolean later) {
        boolean cut = shown.size() < found.items().size();
        boolean more = cut || found.nextCursor().isPresent();
        JsonObject.Builder result = JsonObject.builder();
        if (found.complete()) {
            result.put("total", found.total());
        }
        result.put("complete", !more && !later);
        if (more) {
            String why = cut ? "max_chars reached" : found.complete() ? "limit reached" : "limit reached, or as much searched as one call does";
            result.put("reason", why + "; continue with cursor nextCursor")
                    .put("nextCursor", cut && !shown.isEmpty() ? source.streams().cursor(query, shown.getLast()) : found.nextCursor().orElse(""));
        } else if (later) {
            result.put("reason", "earlier matches are not shown");
        }
        return result.put("items", rows.items()).build();
    }

    private static long stream(Source source, String text) throws Exception {
        OptionalLong seq;
        try {
            seq = source.seqs().of(UUID.fromString(text));
        } catch (IllegalArgumentException notAnId) {
            seq = OptionalLong.empty();
        }
        if (seq.isEmpty() || source.streams().find(seq.getAsLong()).isEmpty()) {
            throw new ToolFailure("unknown_stream", "There is no stream with this id", "proxy_list_ws_streams lists them");
        }
        return seq.getAsLong();
    }

    private ToolOutcome one(Args args, CallContext context) throws Exception {
        if (!args.given("stream_id")) {
            throw new BadArgument("frame_index", "expected stream_id with it");
        }
        BodyArgs body = new BodyArgs(BodyArgs.Which.RESPONSE, args.longInteger("body_offset"), args.optInteger("body_limit"),
                args.string("body_encoding").equals("base64"), true, args.optString("output_file"), args.flag("overwrite"));
        return on(args, context, source -> {
            long seq = stream(source, args.string("stream_id"));
            long index = args.longInteger("frame_index");
            MessageEntry entry = source.streams().message(seq, index).orElseThrow(() -> new ToolFailure("unknown_frame",
                    "The stream has no frame " + index, "proxy_get_ws_frames lists them"));
            int charsMax = args.integer("max_chars");
            JsonObject row = new MessageView(source, decoders, args.flag("decode"), args.integer("max_payload")).row(entry, charsMax / 2);
            BodyBlock block = new BodyBlock(body, new BodySource.Message(source.streams(), entry), MessageView.fields(source.streams(), entry));
            JsonObject payload = body.outputFile().isPresent() ? block.write(files, context)
                    : block.render(charsMax - ENVELOPE_CHARS / 2 - Json.text(row).length());
            return JsonObject.builder().put("frame", row).put("complete", true).put("payload", payload).build();
        });
    }
}
