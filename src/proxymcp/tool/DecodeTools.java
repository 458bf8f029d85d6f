package proxymcp.tool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.decode.Content;
import proxymcp.decode.DecodeRequest;
import proxymcp.decode.DecoderInfo;
import proxymcp.decode.Decoders;
import proxymcp.decode.Direction;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.LiveBuffer;
import proxymcp.exchange.MessageEntry;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
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

/** Peeling the layers of bodies, and the list of what can. */
final class DecodeTools {
    /** The toolset of both. */
    static final String TOOLSET = "analyse";

    private static final int CHAIN_MAX = 16;
    private static final int ENVELOPE_CHARS = 300;
    private static final int DESCRIPTOR_BYTES_MAX = 16 << 20;

    static final Schema DECODE = Schema.of(
            Property.text("session_id", "Else of the live buffer", 1, 100),
            Property.integer("seq", "This or exchange_id", 1, Long.MAX_VALUE >> 20),
            Property.text("exchange_id", "", 1, 100),
            Property.integer("frame_index", "This message of a stream instead of bodies", 0, Long.MAX_VALUE >> 20),
            Property.choice("side", "Bodies to decode", "request", "response", "both").defaultTo("both"),
            Property.texts("chain", "Ids of decoders to run in this order instead of choosing", CHAIN_MAX),
            Property.text("media_type", "In place of the message's Content-Type", 1, 200),
            Property.text("descriptor_file", "A protobuf FileDescriptorSet", 1, 4_096),
            Property.text("message_type", "Full name of a message type in it", 1, 500),
            Property.integer("max_output_bytes", "Most octets of one layer", 1, BodyContent.DECODED_BYTES_MAX).defaultTo(BodyContent.DECODED_BYTES_MAX),
            Property.integer("depth", "Most layers above one another", 1, 32).defaultTo(DecodeRequest.DEPTH),
            Property.flag("store", "Keep what was decoded with the session, for view decoded and body search").defaultTo(true),
            ListBudget.MAX_CHARS);

    private final LiveBuffer live;
    private final SessionControl sessions;
    private final FileAccess files;
    private final WorkPool pool;
    private final Decoders decoders;

    DecodeTools(LiveBuffer live, SessionControl sessions, FileAccess files, WorkPool pool, Decoders decoders) {
        this.live = live;
        this.sessions = sessions;
        this.files = files;
        this.pool = pool;
        this.decoders = decoders;
    }

    List<Tool> tools() {
        return List.of(
                new Tool("proxy_decode_exchange", "Decode bodies", "Peels the layers of an exchange's bodies (codings, base64, JSON, JWT, forms, binary formats) "
                        + "and says why what is left could not be read.", Tool.Hints.SET, TOOLSET, DECODE,
                        ResultSchema.of(ResultSchema.text("sessionId").optional(), ResultSchema.integer("seq").optional(),
                                ResultSchema.text("exchangeId"), ResultSchema.object("request").optional(), ResultSchema.object("response").optional(),
                                ResultSchema.object("message").optional()),
                        new ToolCall(this::decode)),
                new Tool("proxy_list_decoders", "List decoders", "What proxy_decode_exchange can read, and what it cannot on this machine.",
                        Tool.Hints.QUERY, TOOLSET, Schema.EMPTY, ResultSchema.of(ResultSchema.array("decoders")), new ToolCall(this::list)));
    }

    private ToolOutcome list(Args args, CallContext context) {
        List<JsonValue> lines = new ArrayList<>();
        for (DecoderInfo info : decoders.list()) {
            JsonObject.Builder line = JsonObject.builder().put("id", info.id()).put("title", info.title()).put("kind", info.plugin() ? "plugin" : "builtin")
                    .put("source", info.source()).putStrings("mediaTypes", info.mediaTypes().stream().sorted().toList()).put("available", info.available());
            if (!info.available()) {
                line.put("reason", info.reason());
            }
            if (info.plugin()) {
                line.put("failures", info.failures());
            }
            lines.add(line.build());
        }
        return ToolOutcome.success(JsonObject.builder().put("decoders", lines).build());
    }

    private ToolOutcome decode(Args args, CallContext context) throws Exception {
        Call call = new Call(args, wish(args, context));
        if (args.given("frame_index")) {
            refuseWithFrame(args);
        }
        if (args.optString("session_id").isEmpty()) {
            if (args.optLong("seq").isPresent()) {
                throw new BadArgument("seq", "expected exchange_id, or session_id with it: the live buffer has no numbers");
            }
            Exchange exchange = ExchangeTool.find(live, args.optString("exchange_id")
                    .orElseThrow(() -> new BadArgument("exchange_id", "expected it, or session_id and seq")));
            return pool.run(context, () -> ToolOutcome.success(call.live(exchange)));
        }
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        OptionalLong seq = args.optLong("seq");
        Optional<String> exchangeId = args.optString("exchange_id");
        if (seq.isEmpty() && exchangeId.isEmpty()) {
            throw new BadArgument("seq", "expected it, or exchange_id");
        }
        return pool.run(context, () -> sessions.catalog().read(id, session -> {
            StoredExchange found = SessionExchangeTool.find(session,
                    seq.isPresent() ? seq : SessionExchangeTool.seqOf(session, exchangeId.orElseThrow()));
            return ToolOutcome.success(call.stored(session, found));
        }));
    }

    private static void refuseWithFrame(Args args) throws BadArgument {
        if (args.given("side")) {
            throw new BadArgument("side", "expected none with frame_index: a message goes one way");
        }
        if (args.given("store") && args.flag("store")) {
            throw new BadArgument("store", "expected false with frame_index: what a message is decoded to is not kept");
        }
    }

    private DecodedBody.Wish wish(Args args, CallContext context) throws ToolFailure, BadArgument {
        for (String id : args.strings("chain")) {
            if (decoders.list().stream().noneMatch(info -> info.id().equals(id))) {
                throw new BadArgument("chain", "no decoder is named \"" + Shortened.text(id, 40) + "\"; proxy_list_decoders names them");
            }
        }
        Optional<byte[]> schema = Optional.empty();
        if (args.optString("descriptor_file").isPresent()) {
            String name = args.string("descriptor_file");
            Path file = files.toRead(context.origin(), "descriptor_file", name);
            try (InputStream in = Files.newInputStream(file)) {
                byte[] octets = in.readNBytes(DESCRIPTOR_BYTES_MAX + 1);
                if (octets.length > DESCRIPTOR_BYTES_MAX) {
                    throw new ToolFailure("file_error", "descriptor_file: " + name + " has more than 16 MiB");
                }
                schema = Optional.of(octets);
            } catch (IOException e) {
                throw new ToolFailure("file_error", "descriptor_file: " + name + " cannot be read: " + e.getMessage());
            }
        }
        return new DecodedBody.Wish(new DecodeRequest(args.strings("chain"), args.integer("depth"), args.integer("max_output_bytes")),
                args.optString("media_type"), args.optString("message_type"), schema);
    }

    /** One call. */
    private final class Call {
        private final Args args;
        private final DecodedBody.Wish wish;

        Call(Args args, DecodedBody.Wish wish) {
            this.args = args;
            this.wish = wish;
        }

        JsonObject live(Exchange exchange) throws IOException, ToolFailure {
            JsonObject.Builder result = JsonObject.builder().put("exchangeId", exchange.id().toString());
            if (args.given("frame_index")) {
                return result.put("message", message(StreamSource.of(live), exchange)).build();
            }
            for (Direction side : sides()) {
                DecodedBody body = DecodedBody.of(side, exchange,
                        new BodySource.Live(side == Direction.REQUEST ? exchange.requestBody() : exchange.responseBody()), decoders, wish);
                result.put(body.name(), body.render(Optional.empty(), Optional.empty(), charsMax()));
            }
            return result.build();
        }

        /** One message of a stream. */
        private JsonObject message(StreamSource source, Exchange exchange) throws IOException, ToolFailure {
            MessageEntry entry = source.message(source.stream(exchange.id()), args.longInteger("frame_index"));
            DecodedBody payload = DecodedBody.ofPayload(MessageView.side(entry.direction()), exchange,
                    BodySource.Payload.of(source.streams(), entry), decoders, wish);
            return JsonObject.builder().put("index", entry.index()).put("direction", entry.direction().id())
                    .put("type", Shortened.text(entry.type(), 200))
                    .putAll(payload.render(Optional.empty(), Optional.empty(), args.integer("max_chars") - 2 * ENVELOPE_CHARS)).build();
        }

        JsonObject stored(Session session, StoredExchange found) throws IOException, ToolFailure {
            JsonObject.Builder result = JsonObject.builder().put("sessionId", session.manifest().id().text()).put("seq", found.entry().seq())
                    .put("exchangeId", found.exchange().id().toString());
            if (args.given("frame_index")) {
                return result.put("message", message(StreamSource.of(session), found.exchange())).build();
            }
            for (Direction side : sides()) {
                StoredBody kept = side == Direction.REQUEST ? found.requestBody() : found.responseBody();
                DecodedBody body = DecodedBody.of(side, found.exchange(), new BodySource.Stored(kept), decoders, wish);
                Optional<String> artifact = Optional.empty();
                Optional<String> why = Optional.empty();
                if (args.flag("store") && kept.state() != CapturedBody.State.FLOWING && body.isWorthKeeping(!wish.request().chain().isEmpty())) {
                    try {
                        artifact = Optional.of(session.artifacts().write(artifact(kept, body), Decoders.VERSION));
                    } catch (IOException e) {
                        // What was decoded is still good for the caller.
                        why = Optional.of("not stored: " + e.getMessage());
                    }
                }
                result.put(body.name(), body.render(artifact, why, charsMax()));
            }
            return result.build();
        }

        private Artifact artifact(StoredBody kept, DecodedBody body) throws IOException {
            byte[] content = switch (body.content()) {
                case Content.Octets octets -> octets.bytes();
                case Content.Text text -> text.text().getBytes(StandardCharsets.UTF_8);
                case Content.Json json -> Json.bytes(json.value());
            };
            return new Artifact(Artifacts.nameOf(kept), body.about(), body.decoders(), body.content().kind(), body.isComplete(), content);
        }

        private List<Direction> sides() {
            return switch (args.string("side")) {
                case "request" -> List.of(Direction.REQUEST);
                case "response" -> List.of(Direction.RESPONSE);
                default -> List.of(Direction.REQUEST, Direction.RESPONSE);
            };
        }

        private int charsMax() {
            return (args.integer("max_chars") - ENVELOPE_CHARS) / sides().size();
        }
    }
}
