package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.ResultSchema;
import proxymcp.store.CheckpointInfo;
import proxymcp.store.Damage;
import proxymcp.store.Losses;
import proxymcp.store.Manifest;
import proxymcp.store.SessionStatus;
import proxymcp.store.SessionWriter;
import proxymcp.store.StreamCounts;

/** Sessions as results and resources show them. */
final class SessionView {
    /** Places of damage that one session shows; the number of all stands beside them. */
    private static final int DAMAGE_MAX = 50;
    private static final int NAME_CHARS = 200;
    private static final int SCHEMA_VERSION = 1;

    private final SessionControl sessions;

    SessionView(SessionControl sessions) {
        this.sessions = sessions;
    }

    /** The recording session at this moment, or that there is none: the members of proxy_session_status. */
    JsonObject runtime() {
        Optional<SessionWriter> active = sessions.active();
        if (active.isEmpty()) {
            return JsonObject.builder().put("enabled", false).put("sessionId", JsonNull.NULL).put("captureProfile", JsonNull.NULL)
                    .put("storageDir", root()).put("bytesWritten", 0).put("droppedWrites", 0).put("lastFlushAt", JsonNull.NULL)
                    .put("maxDiskMb", JsonNull.NULL).put("recoveryState", JsonNull.NULL).put("lastError", JsonNull.NULL).build();
        }
        Manifest manifest = active.get().manifest();
        SessionStatus status = active.get().status();
        JsonObject.Builder members = JsonObject.builder().put("enabled", true).put("sessionId", manifest.id().text())
                .put("captureProfile", manifest.profile().id()).put("storageDir", root()).put("bytesWritten", status.bytes())
                .put("droppedWrites", dropped(status.losses())).put("lastFlushAt", time(status.lastForcedAtMillis()))
                .put("maxDiskMb", manifest.maxDiskMb()).put("recoveryState", state(status)).put("lastError", text(status.lastError()))
                .put("sessionName", text(manifest.name()));
        return members.putAll(progress(status)).build();
    }

    /** What {@link #runtime} returns, for output schemas. */
    static ResultSchema runtimeSchema() {
        return ResultSchema.of(ResultSchema.flag("enabled"), ResultSchema.any("sessionId", "string or null"),
                ResultSchema.any("captureProfile", "string or null"), ResultSchema.text("storageDir"), ResultSchema.integer("bytesWritten"),
                ResultSchema.integer("droppedWrites"), ResultSchema.any("lastFlushAt", "integer or null"),
                ResultSchema.any("maxDiskMb", "integer or null"), ResultSchema.any("recoveryState", "string or null"),
                ResultSchema.any("lastError", "string or null"), ResultSchema.any("sessionName", "string or null").optional(),
                ResultSchema.integer("exchangeCount").optional(), ResultSchema.integer("inFlight").optional(),
                ResultSchema.integer("writtenThrough").optional(), ResultSchema.integer("forcedThrough").optional(),
                ResultSchema.object("losses").optional(), ResultSchema.integer("streamCount").optional(),
                ResultSchema.integer("messageCount").optional());
    }

    private static JsonObject progress(SessionStatus status) {
        return JsonObject.builder().put("exchangeCount", status.exchanges()).put("inFlight", status.inFlight())
                .put("writtenThrough", status.writtenThrough()).put("forcedThrough", status.forcedThrough())
                .put("losses", losses(status.losses())).putAll(streams(status.streams())).build();
    }

    /** A session whole: with settings and the list of its segments. */
    JsonObject whole(Manifest manifest) throws IOException {
        return members(manifest).putStrings("segments", sessions.catalog().segments(manifest.id())).put("settings", manifest.settings())
                .build();
    }

    /** A session as a line of a list. */
    JsonObject listed(Manifest manifest) throws IOException {
        JsonObject members = members(manifest).build();
        long bytes = members.get("bytesWritten").orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
        return JsonObject.builder().putAll(members).put("diskUsageMb", Math.round(bytes / (1024 * 1024 / 100.0)) / 100.0).build();
    }

    private JsonObject.Builder members(Manifest manifest) throws IOException {
        Optional<SessionStatus> recording = sessions.status(manifest.id());
        JsonObject.Builder members = JsonObject.builder().put("schemaVersion", SCHEMA_VERSION).put("id", manifest.id().text())
                .put("name", text(manifest.name().map(name -> Shortened.text(name, NAME_CHARS))))
                .put("captureProfile", manifest.profile().id()).put("storageDir", root()).put("maxDiskMb", manifest.maxDiskMb())
                .put("createdAt", manifest.startedAtMillis()).put("startedAt", manifest.startedAtMillis());
        return recording.isPresent() ? recorded(members, recording.get()) : kept(members, manifest);
    }

    private static JsonObject.Builder recorded(JsonObject.Builder members, SessionStatus status) {
        return members.put("endedAt", JsonNull.NULL).put("status", "active").put("recoveryState", state(status))
                .put("lastSequence", status.exchanges()).put("bytesWritten", status.bytes()).put("droppedWrites", dropped(status.losses()))
                .put("lastFlushAt", time(status.lastForcedAtMillis())).put("lastError", text(status.lastError()))
                .putAll(progress(status));
    }

    private JsonObject.Builder kept(JsonObject.Builder members, Manifest manifest) throws IOException {
        boolean ended = manifest.endedAtMillis().isPresent();
        boolean left = !ended && sessions.catalog().isLeftBehind(manifest.id());
        JsonValue end = ended ? JsonNumber.of(manifest.endedAtMillis().getAsLong()) : JsonNull.NULL;
        members.put("endedAt", end).put("status", ended || left ? "stopped" : "active")
                .put("recoveryState", left ? "unclean" : manifest.recovery())
                .put("exchangeCount", manifest.exchangeCount()).putAll(streams(manifest.streams())).put("lastSequence", manifest.lastSeq())
                .put("bytesWritten", manifest.bytes()).put("droppedWrites", dropped(manifest.losses())).put("lastFlushAt", end)
                .put("lastError", text(manifest.lastError()));
        if (!manifest.losses().isNone()) {
            members.put("losses", losses(manifest.losses()));
        }
        if (!ended && !left) {
            members.put("recordedBy", sessions.catalog().isWrittenHere(manifest.id()) ? "a call of this server" : "another process");
        }
        return members;
    }

    /**
     * What was found when a session was opened after a crash or a fault of the disk: {@code recoveryState}, {@code recovered} when its
     * process had died, and the damage.
     */
    static JsonObject found(Manifest manifest, List<Damage> damage) {
        JsonObject.Builder members = JsonObject.builder().put("recoveryState", manifest.recovery());
        if (isRecovered(manifest, damage)) {
            members.put("recovered", true);
        }
        return members.put("damageTotal", damage.size()).put("damage", damage(damage)).build();
    }

    /** Whether a session's process had died, or something of it was damaged. */
    static boolean isRecovered(Manifest manifest, List<Damage> damage) {
        return manifest.recovery().equals(Manifest.RECOVERED) || !damage.isEmpty();
    }

    /** Places of a log that are not what was written. */
    static JsonArray damage(List<Damage> damage) {
        List<JsonValue> places = new ArrayList<>();
        for (Damage place : damage.subList(0, Math.min(DAMAGE_MAX, damage.size()))) {
            JsonObject.Builder members = JsonObject.builder().put("segment", place.segment()).put("offset", place.offset())
                    .put("length", place.length()).put("kind", place.kind());
            if (place.seq() > 0) {
                members.put("seq", place.seq());
            }
            places.add(members.build());
        }
        return new JsonArray(places);
    }

    /** A checkpoint. */
    static JsonObject checkpoint(CheckpointInfo checkpoint) {
        return JsonObject.builder().put("number", checkpoint.number()).put("label", text(checkpoint.label())).put("seq", checkpoint.seq())
                .put("segment", checkpoint.segment()).put("offset", checkpoint.offset()).put("timestamp", checkpoint.takenAtMillis()).build();
    }

    private String root() {
        return sessions.catalog().root().toString();
    }

    private static String state(SessionStatus status) {
        return status.losses().isNone() && status.lastError().isEmpty() ? Manifest.CLEAN : Manifest.ERROR;
    }

    private static long dropped(Losses losses) {
        return losses.exchanges() + losses.bodies() + losses.records();
    }

    private static JsonObject streams(StreamCounts counts) {
        return JsonObject.builder().put("streamCount", counts.streams()).put("messageCount", counts.messages()).build();
    }

    private static JsonObject losses(Losses losses) {
        return JsonObject.builder().put("exchanges", losses.exchanges()).put("bodies", losses.bodies()).put("records", losses.records())
                .put("bytes", losses.bytes()).build();
    }

    private static JsonValue text(Optional<String> text) {
        return text.isPresent() ? new JsonString(text.get()) : JsonNull.NULL;
    }

    private static JsonValue time(long millis) {
        return millis > 0 ? JsonNumber.of(millis) : JsonNull.NULL;
    }
}
