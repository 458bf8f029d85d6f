package proxymcp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * What is known of a session beside its log: {@code manifest.json}, replaced whole. A lost or damaged one is made again from the log, without
 * name and settings.
 *
 * @param id the session's id
 * @param name what the caller named it
 * @param profile how much of bodies is kept
 * @param maxDiskMb cap of log and index, in MiB
 * @param startedAtMillis epoch milliseconds
 * @param endedAtMillis when it ended; empty while it is recorded, and after a crash until it is recovered
 * @param recovery {@code clean}, {@code recovered} after a crash, {@code error} after a loss
 * @param exchangeCount exchanges in the log
 * @param lastSeq highest seq
 * @param bytes octets of log and index
 * @param losses what was not recorded
 * @param lastError why, in words
 * @param settings how the proxy was set while recording, as it was last
 * @param checkpoints those with a label, the oldest first; the newest {@value #CHECKPOINTS_MAX} of them
 * @param streams streams in the log, and their messages
 */
public record Manifest(SessionId id, Optional<String> name, CaptureProfile profile, long maxDiskMb, long startedAtMillis,
        OptionalLong endedAtMillis, String recovery, long exchangeCount, long lastSeq, long bytes, Losses losses, Optional<String> lastError,
        JsonObject settings, List<CheckpointInfo> checkpoints, StreamCounts streams) {
    /** Labelled checkpoints that are kept; older ones are forgotten. */
    public static final int CHECKPOINTS_MAX = 1_000;
    /** Nothing was lost. */
    public static final String CLEAN = "clean";
    /** The recording process had died; what it left was read again. */
    public static final String RECOVERED = "recovered";
    /** Something could not be written. */
    public static final String ERROR = "error";

    private static final String FILE = "manifest.json";
    private static final int FORMAT = 1;

    /** The manifest of a session without streams. */
    public Manifest(SessionId id, Optional<String> name, CaptureProfile profile, long maxDiskMb, long startedAtMillis,
            OptionalLong endedAtMillis, String recovery, long exchangeCount, long lastSeq, long bytes, Losses losses, Optional<String> lastError,
            JsonObject settings, List<CheckpointInfo> checkpoints) {
        this(id, name, profile, maxDiskMb, startedAtMillis, endedAtMillis, recovery, exchangeCount, lastSeq, bytes, losses, lastError, settings,
                checkpoints, StreamCounts.NONE);
    }

    static Path file(Path folder) {
        return folder.resolve(FILE);
    }

    void write(StoreFiles files, Path folder) throws IOException {
        JsonObject lost = JsonObject.builder().put("bodies", losses.bodies()).put("exchanges", losses.exchanges())
                .put("records", losses.records()).put("bytes", losses.bytes()).build();
        JsonObject json = JsonObject.builder().put("format", FORMAT).put("id", id.text()).putOrNull("name", name.map(JsonString::new))
                .put("captureProfile", profile.id()).put("maxDiskMb", maxDiskMb).put("startedAt", startedAtMillis)
                .put("endedAt", endedAtMillis.isPresent() ? JsonNumber.of(endedAtMillis.getAsLong()) : JsonNull.NULL)
                .put("recoveryState", recovery).put("exchangeCount", exchangeCount).put("lastSequence", lastSeq).put("bytesWritten", bytes)
                .put("losses", lost).putOrNull("lastError", lastError.map(JsonString::new)).put("settings", settings)
                .put("checkpoints", encoded(checkpoints)).put("streamCount", streams.streams()).put("messageCount", streams.messages()).build();
        files.replace(file(folder), (Json.text(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static List<JsonValue> encoded(List<CheckpointInfo> checkpoints) {
        List<JsonValue> values = new ArrayList<>();
        for (CheckpointInfo checkpoint : checkpoints) {
            values.add(JsonObject.builder().put("number", checkpoint.number()).putIf("label", checkpoint.label()).put("seq", checkpoint.seq())
                    .put("segment", checkpoint.segment()).put("offset", checkpoint.offset()).put("timestamp", checkpoint.takenAtMillis()).build());
        }
        return values;
    }

    private static List<CheckpointInfo> checkpoints(JsonObject json) {
        List<CheckpointInfo> checkpoints = new ArrayList<>();
        for (JsonValue value : json.array("checkpoints").orElse(new JsonArray(List.of()))) {
            if (value instanceof JsonObject one && whole(one, "number") > 0) {
                checkpoints.add(new CheckpointInfo(whole(one, "number"), one.string("label"), whole(one, "seq"), (int) whole(one, "segment"),
                        whole(one, "offset"), whole(one, "timestamp")));
            }
        }
        return List.copyOf(checkpoints);
    }

    /** Reads a session's manifest; empty if there is none that can be used. */
    static Optional<Manifest> read(Path folder, SessionId id) {
        try {
            JsonValue value = Json.parse(Files.readAllBytes(file(folder)));
            return value instanceof JsonObject json ? decode(json, id) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // The log says the rest.
        }
    }

    /**
     * Refuses what a newer version wrote, so that it is not replaced.
     *
     * @throws SessionException if the manifest names another format
     */
    static void refuseNewer(Path folder) throws SessionException {
        long format = FORMAT;
        try {
            format = Json.parse(Files.readAllBytes(file(folder))) instanceof JsonObject json ? whole(json, "format") : FORMAT;
        } catch (IOException e) {
            return; // There is none that can be read: it is made again from the log.
        }
        if (format > FORMAT) {
            throw SessionException.newerVersion("the manifest is", format, FORMAT);
        }
    }

    private static Optional<Manifest> decode(JsonObject json, SessionId id) {
        if (!json.string("id").equals(Optional.of(id.text())) || whole(json, "format") != FORMAT) {
            return Optional.empty();
        }
        JsonObject lost = json.object("losses").orElse(JsonObject.EMPTY);
        long ended = whole(json, "endedAt");
        return Optional.of(new Manifest(id, json.string("name"), json.string("captureProfile").flatMap(CaptureProfile::of)
                .orElse(CaptureProfile.FULL), whole(json, "maxDiskMb"), whole(json, "startedAt"),
                ended < 0 ? OptionalLong.empty() : OptionalLong.of(ended), json.string("recoveryState").orElse(CLEAN),
                whole(json, "exchangeCount"), whole(json, "lastSequence"), whole(json, "bytesWritten"),
                new Losses(Math.max(0, whole(lost, "bodies")), Math.max(0, whole(lost, "exchanges")), Math.max(0, whole(lost, "records")),
                        Math.max(0, whole(lost, "bytes"))), json.string("lastError"), json.object("settings").orElse(JsonObject.EMPTY),
                checkpoints(json), new StreamCounts(Math.max(0, whole(json, "streamCount")), Math.max(0, whole(json, "messageCount")))));
    }

    /** A manifest for a session that has lost its own. */
    static Manifest lost(SessionId id) {
        long started = 0;
        try {
            started = LocalDateTime.parse(id.text().substring(0, 14), DateTimeFormatter.ofPattern("yyyyMMddHHmmss")).toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
        } catch (DateTimeParseException e) {
            started = 0; // The digits are no date: the start is not known.
        }
        return new Manifest(id, Optional.empty(), CaptureProfile.FULL, 0, started, OptionalLong.empty(), ERROR, 0, 0, 0, Losses.NONE,
                Optional.of("the manifest was missing or damaged"), JsonObject.EMPTY, List.of());
    }

    private static long whole(JsonObject json, String name) {
        return json.get(name).orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong().orElse(-1) : -1;
    }

    Manifest with(OptionalLong ended, String newRecovery, long exchanges, long seq, long newBytes, Losses newLosses, Optional<String> error,
            StreamCounts newStreams) {
        return new Manifest(id, name, profile, maxDiskMb, startedAtMillis, ended, newRecovery, exchanges, seq, newBytes, newLosses, error,
                settings, checkpoints, newStreams);
    }

    /** The same with other settings. */
    Manifest with(JsonObject others) {
        return new Manifest(id, name, profile, maxDiskMb, startedAtMillis, endedAtMillis, recovery, exchangeCount, lastSeq, bytes, losses, lastError,
                others, checkpoints);
    }

    /** The same with one labelled checkpoint more. */
    Manifest with(CheckpointInfo checkpoint) {
        List<CheckpointInfo> more = new ArrayList<>(checkpoints);
        more.add(checkpoint);
        return new Manifest(id, name, profile, maxDiskMb, startedAtMillis, endedAtMillis, recovery, exchangeCount, lastSeq, bytes, losses, lastError,
                settings, List.copyOf(more.subList(Math.max(0, more.size() - CHECKPOINTS_MAX), more.size())), streams);
    }
}
