package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.StreamQuery;
import proxymcp.json.Args;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
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
import proxymcp.replay.ReplayId;
import proxymcp.replay.ReplayRuns;
import proxymcp.store.CaptureProfile;
import proxymcp.store.CheckpointInfo;
import proxymcp.store.Damage;
import proxymcp.store.Manifest;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;

/** Beginning, ending, listing, deleting and recovering sessions on disk. */
final class SessionTools {
    /** The toolset of these tools. */
    static final String TOOLSET = "session";
    static final Property SESSION_ID = Property.text("session_id", "", 1, 100).required();
    private static final StreamQuery OPEN_STREAMS = new StreamQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.of(true), OptionalLong.empty(), OptionalLong.empty(), StreamQuery.Sort.OPENED, true);

    /** How a session is to be recorded; proxy_start takes it too. */
    static final List<Property> RECORDING = List.of(
            Property.text("session_name", "", 1, 200),
            Property.choice("capture_profile", "full keeps whole bodies, preview the first 4,096 octets of each", "preview", "full")
                    .defaultTo("preview"),
            Property.integer("max_disk_mb", "Beyond it bodies, then exchanges are left out", 1, 16_777_216).defaultTo(1_024));
    /** What arguments of the contract are answered with that this server does not take. */
    static final Map<String, ToolOutcome> REFUSED = Map.of("storage_dir", ToolOutcome.failure("bad_argument",
            "storage_dir: sessions are kept under the server's home alone", "start the server with --home DIR"));

    static final Schema START = Schema.of(RECORDING);
    static final Schema LIST = Schema.of(
            Property.integer("offset", "", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);
    static final Schema ONE = Schema.of(SESSION_ID);
    static final Schema GET = Schema.of(SESSION_ID,
            Property.integer("checkpoint_offset", "Checkpoints to skip, newest first", 0, Integer.MAX_VALUE).defaultTo(0), ListBudget.MAX_CHARS);
    static final Schema RECOVER = Schema.of(
            Property.text("session_id", "Rebuild this one from its log; else recover all that dead processes left", 1, 100));

    private final SessionControl sessions;
    private final ProxyControl proxy;
    private final ReplayRuns replays;
    private final WorkPool pool;
    private final SessionView view;

    SessionTools(SessionControl sessions, ProxyControl proxy, ReplayRuns replays, WorkPool pool) {
        this.replays = replays;
        this.sessions = sessions;
        this.proxy = proxy;
        this.pool = pool;
        this.view = new SessionView(sessions);
    }

    List<Tool> tools() {
        return List.of(
                new Tool("proxy_session_start", "Start a session", "Records traffic to disk from now on. "
                        + "One session at a time; the proxy must run.", Tool.Hints.ADD, TOOLSET, START,
                        ResultSchema.of(ResultSchema.object("session"), ResultSchema.text("note").optional()), new ToolCall(this::start, REFUSED)),
                new Tool("proxy_session_stop", "Stop the session", "Ends the session that is recorded; it is kept and can be queried.",
                        Tool.Hints.SET, TOOLSET, Schema.EMPTY, ResultSchema.of(ResultSchema.any("session", "object or null")),
                        new ToolCall(this::stop)),
                new Tool("proxy_session_status", "Session status", "Whether a session is recorded, how far it is safe, what was lost.",
                        Tool.Hints.QUERY, TOOLSET, Schema.EMPTY, SessionView.runtimeSchema(),
                        new ToolCall((args, context) -> ToolOutcome.success(view.runtime()))),
                new Tool("proxy_list_sessions", "List sessions", "Sessions on disk, newest first.", Tool.Hints.QUERY, TOOLSET, LIST,
                        ListBudget.pageMembers("sessions").and(ResultSchema.integer("count")), new ToolCall(this::list)),
                new Tool("proxy_get_session", "Get one session", "One session: counts, settings it was recorded with, segments, checkpoints, and damage.",
                        Tool.Hints.QUERY, TOOLSET, GET, ResultSchema.of(ResultSchema.object("session"), ResultSchema.text("recoveryState"),
                                ResultSchema.flag("recovered").optional(), ResultSchema.integer("damageTotal"), ResultSchema.array("damage"),
                                ResultSchema.integer("checkpointTotal"), ResultSchema.integer("nextCheckpointOffset").optional(),
                                ResultSchema.array("checkpoints")), new ToolCall(this::get)),
                new Tool("proxy_delete_session", "Delete a session", "Deletes a session with all its files, for good.", Tool.Hints.REMOVE,
                        TOOLSET, ONE, ResultSchema.of(ResultSchema.text("deleted")), new ToolCall(this::delete)),
                new Tool("proxy_session_recover", "Recover sessions", "Reads a session's log again and rebuilds its index. "
                        + "Happens by itself after a crash.", Tool.Hints.SET, TOOLSET, RECOVER,
                        ResultSchema.of(ResultSchema.array("recovered")), new ToolCall(this::recover)));
    }

    private ToolOutcome start(Args args, CallContext context) throws Exception {
        if (proxy.state().running().isEmpty()) {
            throw new ToolFailure("not_running", "The proxy does not run", "proxy_start starts it; with persistence_enabled it records at once");
        }
        Manifest begun = start(sessions, args, proxy.settings());
        proxy.tellSettings(); // They may have changed since they were read.
        JsonObject.Builder result = JsonObject.builder().put("session", view.whole(begun));
        long open = proxy.live().streams().list(OPEN_STREAMS, 0, 1).total();
        if (open > 0) {
            result.put("note", open == 1 ? "a stream that is open began before, and is not in the session"
                    : open + " streams that are open began before, and are not in the session");
        }
        return ToolOutcome.success(result.build());
    }

    /** Begins a session with the parameters of {@link #RECORDING}, of a proxy that is set like this. */
    static Manifest start(SessionControl sessions, Args args, JsonObject settings) throws ToolFailure, IOException {
        return sessions.start(args.optString("session_name"), args.choice("capture_profile", CaptureProfile.class),
                args.longInteger("max_disk_mb"), settings);
    }

    private ToolOutcome stop(Args args, CallContext context) throws Exception {
        Optional<Manifest> ended = sessions.stop();
        JsonValue session = ended.isPresent() ? view.whole(ended.get()) : JsonNull.NULL;
        return ToolOutcome.success(JsonObject.builder().put("session", session).build());
    }

    private ToolOutcome list(Args args, CallContext context) throws Exception {
        List<Manifest> manifests = sessions.catalog().list();
        int offset = args.integer("offset");
        ListBudget page = new ListBudget(args.integer("max_chars"));
        for (int i = offset; i < manifests.size() && !page.isFull(); i++) {
            page.add(view.listed(manifests.get(i)));
        }
        return ToolOutcome.success(JsonObject.builder().put("count", manifests.size())
                .putAll(page.page("sessions", offset, manifests.size())).build());
    }

    private ToolOutcome get(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        JsonObject found = pool.run(context, () -> sessions.catalog().read(id, session -> JsonObject.builder()
                .put("session", view.whole(session.manifest())).putAll(SessionView.found(session.manifest(), session.damage())).build()));
        List<CheckpointInfo> checkpoints = sessions.catalog().checkpoints(id);
        int offset = args.integer("checkpoint_offset");
        ListBudget shown = new ListBudget(Math.max(2_000, args.integer("max_chars") - Json.text(found).length()));
        for (int i = offset; i < checkpoints.size() && !shown.isFull(); i++) {
            shown.add(SessionView.checkpoint(checkpoints.get(i)));
        }
        JsonObject.Builder result = JsonObject.builder().putAll(found).put("checkpointTotal", checkpoints.size());
        if (shown.isFull()) {
            result.put("nextCheckpointOffset", offset + shown.size());
        }
        return ToolOutcome.success(result.put("checkpoints", shown.items()).build());
    }

    private ToolOutcome delete(Args args, CallContext context) throws Exception {
        SessionId id = SessionControl.id("session_id", args.string("session_id"));
        Optional<ReplayId> run = replays.using(id.text());
        if (run.isPresent()) {
            throw new ToolFailure("session_in_use", "session " + id + " is read or recorded to by the run " + run.get() + ", which has not ended",
                    "wait for " + run.get() + " with proxy_replay_status, or call proxy_replay_cancel");
        }
        sessions.catalog().delete(id);
        return ToolOutcome.success(JsonObject.builder().put("deleted", id.text()).build());
    }

    private ToolOutcome recover(Args args, CallContext context) throws Exception {
        Optional<String> given = args.optString("session_id");
        List<SessionId> wanted = given.isPresent() ? List.of(SessionControl.id("session_id", given.get())) : sessions.leftBehind();
        List<JsonValue> recovered = new ArrayList<>();
        for (SessionId id : wanted) {
            SessionCatalog.Recovered one = pool.run(context, () -> sessions.catalog().recover(id));
            recovered.add(recovered(one));
            context.progress(recovered.size(), wanted.size(), "sessions recovered");
        }
        return ToolOutcome.success(JsonObject.builder().put("recovered", recovered).build());
    }

    private static JsonObject recovered(SessionCatalog.Recovered one) {
        long tail = 0;
        long damaged = 0;
        for (Damage place : one.damage()) {
            tail += place.isHarmful() ? 0 : place.length();
            damaged += place.isHarmful() ? place.length() : 0;
        }
        return JsonObject.builder().put("sessionId", one.manifest().id().text()).put("exchanges", one.manifest().exchangeCount())
                .put("droppedTailBytes", tail).put("damagedBytes", damaged).put("recoveryState", one.manifest().recovery())
                .put("damageTotal", one.damage().size()).put("damage", SessionView.damage(one.damage())).build();
    }
}
