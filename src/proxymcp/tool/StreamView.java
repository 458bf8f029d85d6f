package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamSummary;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** Streams as results show them. */
final class StreamView {
    private static final int NAME_CHARS = 200;

    private StreamView() {}

    /** A stream in a list, in at most {@code charsMax} characters. */
    static JsonObject row(StreamEntry entry, StreamSource source, int charsMax) throws IOException {
        StreamSummary summary = entry.summary();
        String id = entry.exchangeId().toString();
        JsonObject.Builder row = JsonObject.builder().put("streamId", id).put("kind", summary.kind().id()).put("seq", entry.seq())
                .put("exchangeId", id).put("url", entry.url()).put("host", entry.host()).put("path", entry.path()).putAll(members(summary));
        if (entry.continues().isPresent()) {
            row.put("continues", source.id(entry.continues().getAsLong()));
        }
        if (entry.shed()) {
            row.put("shed", true);
        }
        return Shortened.within(row.build(), charsMax);
    }

    /** The stream that an exchange is. */
    static JsonObject of(StreamSummary summary) {
        return JsonObject.builder().put("kind", summary.kind().id()).putAll(members(summary)).build();
    }

    private static JsonObject members(StreamSummary summary) {
        JsonObject.Builder members = JsonObject.builder().put("subprotocol", Shortened.text(summary.subprotocol(), NAME_CHARS))
                .put("extensions", Shortened.text(summary.extensions(), NAME_CHARS))
                .putIf("lastEventId", summary.lastEventId().map(id -> Shortened.text(id, NAME_CHARS)));
        Optional<JsonValue> code = summary.closeCode().map(JsonNumber::of);
        Optional<JsonValue> endedBy = summary.endedBy().filter(side -> side != EndedBy.UNKNOWN).map(EndedBy::id).map(JsonString::new);
        members.put("openedAt", summary.openedAt())
                .put("closedAt", summary.closedAt().isPresent() ? JsonNumber.of(summary.closedAt().getAsLong()) : JsonNull.NULL)
                .put("closeCode", code.orElse(JsonNull.NULL)).put("closeReason", Shortened.text(summary.closeReason(), NAME_CHARS))
                .put("endedBy", endedBy.orElse(JsonNull.NULL)).put("framesIn", summary.framesIn()).put("framesOut", summary.framesOut())
                .put("bytesIn", summary.bytesIn()).put("bytesOut", summary.bytesOut()).put("channels", channels(summary.channels()));
        if (!summary.notes().isEmpty()) {
            members.putStrings("notes", summary.notes());
        }
        return members.build();
    }

    private static JsonArray channels(Map<String, Long> counts) {
        List<JsonValue> channels = new ArrayList<>();
        for (Map.Entry<String, Long> channel : counts.entrySet()) {
            channels.add(JsonObject.builder().put("channel", Shortened.text(channel.getKey(), NAME_CHARS)).put("count", channel.getValue()).build());
        }
        return new JsonArray(channels);
    }
}
