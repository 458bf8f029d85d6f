package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.decode.Decoders;
import proxymcp.exchange.Direction;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessagePage;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamPage;
import proxymcp.exchange.StreamQuery;
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

/** WebSockets, event streams and streams of lines: which there are, and what passed. */
final class StreamTools {
    private static final int LIMIT_MAX = 5_000;
    /** What a list keeps free around its rows, and the comma. */
    private static final int ENVELOPE_CHARS = 1_001;
    private static final int TYPES_MAX = 50;
    private static final long NUMBER_MAX = 9_999_999_999_999L;
    private static final Set<String> CONTROL = Set.of(MessageForm.Frame.type(MessageForm.Frame.CLOSE),
            MessageForm.Frame.type(MessageForm.Frame.PING), MessageForm.Frame.type(MessageForm.Frame.PONG));
    private static final String TYPES = "no match; types are text, binary, continuation, close, ping, pong, opcode N, line, and those of events (message, if"
            + " they have none)";
    private static final List<String> OF_A_PAYLOAD = List.of("body_offset", "body_limit", "body_encoding", "output_file", "overwrite");
    private static final List<String> OF_A_LIST = List.of("channel", "direction", "types", "text_contains", "from_ts", "to_ts", "include_control",
            "limit", "cursor");

    private static final Property SESSION = Property.text("session_id", "Else the live buffer", 1, 100);
    private static final Property CHANNEL = Property.text("channel", "Topic, or a word of it", 1, 4_096);

    static final Schema LIST = Schema.of(SESSION,
            Property.choice("kind", "", "websocket", "sse", "ndjson", "tunnel"),
            Property.text("host_contains", "", 1, 1_000),
            Property.text("path_contains", "In path and query", 1, 10_000),
            CHANNEL,
            Property.choice("state", "", "open", "closed"),
            Property.choice("sort", "By opening, or most first", "asc", "desc", "frames", "bytes").defaultTo("desc"),
            Property.integer("limit", "", 1, LIMIT_MAX).defaultTo(50),
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0),
            ListBudget.MAX_CHARS);

    static final Schema FRAMES = Schema.of(SESSION,
            Property.text("stream_id", "Else all, on one timeline", 1, 100),
            CHANNEL,
            Property.choice("direction", "out: from the client", "in", "out", "both").defaultTo("both"),
            Property.texts("types", "text, binary, line, event types", TYPES_MAX),
            Property.text("text_contains", "In the payload", 1, 4_096),
            Property.integer("from_ts", "Epoch ms", 0, NUMBER_MAX),
            Property.integer("to_ts", "Epoch ms", 0, NUMBER_MAX),
            Property.flag("include_control", "ping, pong, close").defaultTo(false),
            Property.integer("limit", "", 1, LIMIT_MAX).defaultTo(50),
            Property.text("cursor", "nextCursor of the page before", 1, 100),
            Property.flag("decode", "Previews as data, where they can be read").defaultTo(true),
            Property.integer("max_payload", "Characters of a preview", 0, 100_000).defaultTo(2_000),
            Property.integer("frame_index", "This message of stream_id alone, with its payload", 0, NUMBER_MAX),
            BodyArgs.property("body_offset", "Octets of that payload to skip"), BodyArgs.property("body_limit", "Most octets of it"),
            BodyArgs.property("body_encoding", "Of it"), BodyArgs.property("output_file", "Write it here instead"),
            BodyArgs.property("overwrite", ""), ListBudget.MAX_CHARS);

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
                new Tool("proxy_list_ws_streams", "List streams", "WebSockets, server-sent events, JSON lines, upgraded tunnels.",
                        Tool.Hints.QUERY, SessionTools.TOOLSET, LIST, ListBudget.pageMembers("items"), new ToolCall(this::list)),
                new Tool("proxy_get_ws_frames", "Get frames and events", "Messages of streams, by time.",
                        new Tool.Hints(false, true, true, false), SessionTools.TOOLSET, FRAMES,
                        ResultSchema.of(ResultSchema.integer("total").optional(), ResultSchema.flag("complete"),
                                ResultSchema.text("reason").optional(), ResultSchema.text("nextCursor").optional(),
                                ResultSchema.array("items").optional(), ResultSchema.object("frame").optional(),
                                ResultSchema.object("payload").optional()),
                        new ToolCall(this::frames)));
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        Optional<StreamKind> kind = args.optChoice("kind", StreamKind.class);
        if (kind.isPresent() && kind.get() == StreamKind.TUNNEL && args.given("channel")) {
            throw new BadArgument("channel", "expected another kind with it: a tunnel has no messages");
        }
        String sort = args.string("sort");
        StreamQuery.Sort by = switch (sort) {
            case "frames" -> StreamQuery.Sort.FRAMES;
            case "bytes" -> StreamQuery.Sort.BYTES;
            default -> StreamQuery.Sort.OPENED;
        };
        StreamQuery query = new StreamQuery(kind, args.optString("host_contains"), args.optString("path_contains"), args.optString("channel"),
                args.optString("state").map("open"::equals), OptionalLong.empty(), OptionalLong.empty(), by, !sort.equals("asc"));
        return StreamSource.on(args, context, live, sessions, pool,
                source -> ToolOutcome.success(page(source, query, args.integer("offset"), args.integer("limit"), args.integer("max_chars"))));
    }

    /** The members of a page of streams. */
    static JsonObject page(StreamSource source, StreamQuery query, int offset, int limit, int charsMax) throws IOException {
        StreamPage found = source.streams().list(query, offset, limit);
        ListBudget rows = new ListBudget(charsMax);
        for (StreamEntry entry : found.items()) {
            if (!rows.add(StreamView.row(source.streams().withNotes(entry), source, charsMax - ENVELOPE_CHARS))) {
                break;
            }
        }
        return rows.page("items", offset, found.total());
    }

    private ToolOutcome frames(Args args, CallContext context) throws Exception {
        if (args.given("frame_index")) {
            return one(args, context);
        }
        refuse(args, OF_A_PAYLOAD, "expected frame_index with it");
        if (args.given("from_ts") && args.given("to_ts") && args.longInteger("from_ts") > args.longInteger("to_ts")) {
            throw new BadArgument("from_ts", "expected at most to_ts, which is " + args.longInteger("to_ts") + ", got " + args.longInteger("from_ts"));
        }
        if (args.given("types") && args.strings("types").isEmpty()) {
            throw new BadArgument("types", "expected one type at least, or no types for all");
        }
        for (String type : args.strings("types")) {
            if (CONTROL.contains(type) && !args.flag("include_control")) {
                throw new BadArgument("types", "expected include_control true with \"" + type + "\", which is a control frame");
            }
        }
        return StreamSource.on(args, context, live, sessions, pool, source -> ToolOutcome.success(timeline(args, source)));
    }

    private static void refuse(Args args, List<String> names, String expected) throws BadArgument {
        for (String name : names) {
            if (args.given(name)) {
                throw new BadArgument(name, expected);
            }
        }
    }

    private static MessageQuery query(Args args, OptionalLong stream) {
        Optional<Direction> direction = switch (args.string("direction")) {
            case "in" -> Optional.of(Direction.IN);
            case "out" -> Optional.of(Direction.OUT);
            default -> Optional.empty();
        };
        return new MessageQuery(stream, args.optString("channel"), direction, Set.copyOf(args.strings("types")), args.optLong("from_ts"),
                args.optLong("to_ts"), args.optString("text_contains"), args.flag("include_control"), false);
    }

    private JsonObject timeline(Args args, StreamSource source) throws Exception {
        Optional<StreamEntry> stream = args.given("stream_id") ? Optional.of(source.stream(args.string("stream_id"))) : Optional.empty();
        MessageQuery query = query(args, stream.isPresent() ? OptionalLong.of(stream.get().seq()) : OptionalLong.empty());
        MessagePage found;
        try {
            found = source.streams().messages(query, args.optString("cursor"), args.integer("limit"));
        } catch (IllegalArgumentException notACursor) {
            throw new BadArgument("cursor", "expected nextCursor of a page with the same filters");
        }
        int charsMax = args.integer("max_chars");
        ListBudget rows = new ListBudget(charsMax);
        MessageView view = new MessageView(source, decoders, args.flag("decode"), args.integer("max_payload"));
        for (MessageEntry entry : found.items()) {
            if (!rows.add(view.row(entry, charsMax - ENVELOPE_CHARS))) {
                break;
            }
        }
        JsonObject.Builder result = JsonObject.builder();
        if (found.complete()) {
            result.put("total", found.total());
        }
        Optional<String> next = rows.isFull() ? Optional.of(found.cursorBehind(found.items().get(rows.size() - 1))) : found.nextCursor();
        Optional<String> missing = source.streams().missing(query);
        List<String> reasons = new ArrayList<>();
        result.put("complete", next.isEmpty() && !args.given("cursor") && missing.isEmpty());
        if (next.isPresent()) {
            boolean came = found.next().isPresent() && !found.next().get().isBegun();
            String why = rows.isFull() ? "max_chars reached" : rows.size() == args.integer("limit") ? "limit reached"
                    : came ? "more came while pages were read" : "as much was searched as one call does";
            reasons.add(why + "; continue with cursor nextCursor");
            result.put("nextCursor", next.get());
        } else if (args.given("cursor")) {
            reasons.add("earlier matches are not shown");
        } else if (stream.isPresent() && stream.get().summary().kind() == StreamKind.TUNNEL) {
            reasons.add("a tunnel has no messages, but two bodies");
        } else if (rows.size() == 0 && args.given("types")) {
            reasons.add(TYPES);
        }
        missing.ifPresent(reasons::add);
        if (!reasons.isEmpty()) {
            result.put("reason", String.join("; ", reasons));
        }
        return result.put("items", rows.items()).build();
    }

    private ToolOutcome one(Args args, CallContext context) throws Exception {
        if (!args.given("stream_id")) {
            throw new BadArgument("frame_index", "expected stream_id with it");
        }
        refuse(args, OF_A_LIST, "expected none with frame_index, which names one frame");
        BodyArgs body = new BodyArgs(BodyArgs.Which.RESPONSE, args.longInteger("body_offset"), args.optInteger("body_limit"),
                args.string("body_encoding").equals("base64"), true, args.optString("output_file"), args.flag("overwrite"));
        return StreamSource.on(args, context, live, sessions, pool, source -> {
            MessageEntry entry = source.message(source.stream(args.string("stream_id")), args.longInteger("frame_index"));
            return ToolOutcome.success(frame(source, entry, args, body, context));
        });
    }

    private JsonObject frame(StreamSource source, MessageEntry entry, Args args, BodyArgs body, CallContext context) throws Exception {
        int charsMax = args.integer("max_chars");
        JsonObject row = new MessageView(source, decoders, args.flag("decode"), args.integer("max_payload")).one(entry, charsMax / 2);
        BodyBlock block = new BodyBlock(body, BodySource.Payload.of(source.streams(), entry), MessageView.fields(source.streams(), entry));
        JsonObject payload = body.outputFile().isPresent() ? block.write(files, context)
                : block.render(charsMax - ENVELOPE_CHARS / 4 - Json.text(row).length());
        return JsonObject.builder().put("complete", payload.get("complete").orElseThrow()).put("frame", row).put("payload", payload).build();
    }
}
