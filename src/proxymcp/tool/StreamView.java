package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    static JsonObject row(StreamEntry entry, int charsMax) {
        JsonObject.Builder row = JsonObject.builder().put("streamId", entry.exchangeId().toString()).put("kind", entry.summary().kind().id())
                .put("seq", entry.seq()).put("exchangeId", entry.exchangeId().toString()).put("url", entry.url()).put("host", entry.host())
                .put("path", entry.path()).putAll(summary(entry.summary()));
        if (entry.continues().isPresent()) {
            row.put("continuesSeq", entry.continues().getAsLong());
        }
        if (entry.shed()) {
            row.put("shed", true);
        }
        return Shortened.within(row.build(), charsMax);
    }

    /** What is counted of a stream, without its kind. */
    static JsonObject summary(StreamSummary stream) {
        JsonObject.Builder members = JsonObject.builder().put("subprotocol", stream.subprotocol()).put("extensions", stream.extensions());
        stream.lastEventId().ifPresent(id -> members.put("lastEventId", Shortened.text(id, NAME_CHARS)));
        members.put("openedAt", stream.openedAt())
                .put("closedAt", stream.closedAt().isPresent() ? JsonNumber.of(stream.closedAt().getAsLong()) : JsonNull.NULL)
                .put("closeCode", stream.closeCode().<JsonValue>map(JsonNumber::of).orElse(JsonNull.NULL))
                .put("closeReason", Shortened.text(stream.closeReason(), NAME_CHARS))
                .put("endedBy", stream.endedBy().map(EndedBy::id).<JsonValue>map(JsonString::new).orElse(JsonNull.NULL))
                .put("framesIn", stream.framesIn()).put("framesOut", stream.framesOut()).put("bytesIn", stream.bytesIn())
                .put("bytesOut", stream.bytesOut());
        List<JsonValue> channels = new ArrayList<>();
        for (Map.Entry<String, Long> channel : stream.channels().entrySet()) {
            channels.add(JsonObject.builder().put("channel", Shortened.text(channel.getKey(), NAME_CHARS)).put("count", channel.getValue()).build());
        }
        members.put("channels", new JsonArray(channels));
        if (!stream.notes().isEmpty()) {
            members.putStrings("notes", stream.notes());
        }
        return members.build();
    }
}
