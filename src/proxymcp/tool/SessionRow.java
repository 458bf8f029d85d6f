package proxymcp.tool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.TlsInfo;
import proxymcp.json.BadArgument;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.StoredExchange;

/**
 * Exchanges of a session as rows.
 *
 * @param session the session
 * @param fields members wanted; all if empty
 */
record SessionRow(Session session, Set<String> fields) {
    /** Every member that a row can have. */
    static final List<String> FIELDS = List.of("seq", "exchangeId", "timestamp", "method", "url", "hostname", "path", "statusCode",
            "duration", "state", "errorClass", "source", "targetId", "requestBodySize", "responseBodySize", "responseContentType",
            "hasResponse", "hasFullRequestBody", "hasFullResponseBody", "shed", "stream", "matchedRuleId", "ja3", "ja4", "ja3s", "segment", "offset");
    /** What is not in the index, and costs a look into the log. */
    private static final List<String> OF_THE_LOG = List.of("matchedRuleId", "ja3", "ja4", "ja3s");
    /** Characters of texts in a row, from generous to least; the first that fits is taken. */
    private static final int[] TEXT_CHARS = {1_024, 256, 64, 20};

    /** @throws BadArgument if a name is none of {@link #FIELDS} */
    static Set<String> parse(List<String> names) throws BadArgument {
        List<String> unknown = new ArrayList<>(names);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new BadArgument("fields", "expected names out of " + String.join(", ", FIELDS) + ", got " + Json.text(
                    new JsonString(Shortened.text(unknown.get(0), 60))));
        }
        return Set.copyOf(names);
    }

    /** A row in at most {@code charsMax} characters, at least 1,000. */
    JsonObject of(IndexEntry entry, int charsMax) throws IOException {
        Optional<Exchange> logged = needsLog() ? logged(entry.seq()) : Optional.empty();
        JsonObject row = JsonObject.EMPTY;
        for (int textChars : TEXT_CHARS) {
            row = chosen(row(entry, logged, textChars));
            if (Json.text(row).length() <= charsMax) {
                return row;
            }
        }
        return row;
    }

    private boolean needsLog() {
        if (fields.isEmpty()) {
            return true;
        }
        for (String name : OF_THE_LOG) {
            if (fields.contains(name)) {
                return true;
            }
        }
        return false;
    }

    /** The exchange's records; empty if they are damaged, which the index outlives. */
    private Optional<Exchange> logged(long seq) {
        try {
            return session.exchange(seq).map(StoredExchange::exchange);
        } catch (IOException e) {
            return Optional.empty(); // proxy_get_session_exchange says what is damaged.
        }
    }

    private JsonObject chosen(JsonObject row) {
        if (fields.isEmpty()) {
            return row;
        }
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : row.members()) {
            if (fields.contains(member.name()) || member.name().equals("truncated") || member.name().equals("urlLength")) {
                members.put(member.name(), member.value());
            }
        }
        return members.build();
    }

    private static JsonObject row(IndexEntry entry, Optional<Exchange> logged, int textChars) {
        boolean answered = entry.status().isPresent();
        JsonObject.Builder row = JsonObject.builder().put("seq", entry.seq()).put("exchangeId", entry.id().toString())
                .put("timestamp", entry.startedAtMillis()).put("method", Shortened.text(entry.method(), textChars))
                .put("url", Shortened.text(entry.url(), textChars)).put("hostname", Shortened.text(entry.host(), textChars))
                .put("path", Shortened.text(path(entry.url()), textChars))
                .put("statusCode", answered ? JsonNumber.of(entry.status().getAsInt()) : JsonNull.NULL)
                .put("duration", entry.durationNanos().isPresent() ? JsonNumber.of(Math.round(entry.durationNanos().getAsLong() / 1e6))
                        : JsonNull.NULL)
                .put("state", entry.state().name().toLowerCase(Locale.ROOT));
        entry.errorClass().ifPresent(errorClass -> row.put("errorClass", errorClass.id()));
        row.put("source", entry.source().id()).putIf("targetId", entry.targetId().map(id -> Shortened.text(id, textChars)))
                .put("requestBodySize", entry.requestBytes())
                .put("responseBodySize", answered ? JsonNumber.of(entry.responseBytes()) : JsonNull.NULL)
                .put("responseContentType", text(entry.contentType().map(type -> Shortened.text(type, Math.min(100, textChars)))))
                .put("hasResponse", answered).put("hasFullRequestBody", entry.requestWhole()).put("hasFullResponseBody", entry.responseWhole());
        if (entry.shed()) {
            row.put("shed", true);
        }
        row.putIf("stream", entry.stream().map(StreamKind::id));
        ofTheLog(row, logged);
        row.put("segment", entry.segment()).put("offset", entry.offset());
        if (entry.url().length() > textChars) {
            row.put("truncated", true).put("urlLength", entry.url().length());
        }
        return row.build();
    }

    private static void ofTheLog(JsonObject.Builder row, Optional<Exchange> logged) {
        Optional<TlsInfo> client = logged.flatMap(exchange -> exchange.start().clientTls());
        Optional<TlsInfo> server = logged.flatMap(Exchange::route).flatMap(Route::tls);
        List<RuleMatch> rules = logged.map(Exchange::rules).orElse(List.of());
        row.put("matchedRuleId", text(rules.isEmpty() ? Optional.empty() : Optional.of(rules.get(0).id())))
                .put("ja3", text(client.flatMap(TlsInfo::ja3))).put("ja4", text(client.flatMap(TlsInfo::ja4)))
                .put("ja3s", text(server.flatMap(TlsInfo::ja3s)));
    }

    /** Path and query of an absolute URL. */
    static String path(String url) {
        int authority = url.indexOf("://");
        int path = authority < 0 ? -1 : url.indexOf('/', authority + 3);
        return path < 0 ? "" : url.substring(path);
    }

    private static JsonValue text(Optional<String> text) {
        return text.isPresent() ? new JsonString(text.get()) : JsonNull.NULL;
    }
}
