package proxymcp.tool;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.codec.Charsets;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Client;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.replay.ReplayOf;

/** The one renderer of exchanges: as a row of a list, or with everything but whole bodies. */
final class ExchangeView {
    /** Characters of a decoded body that are shown unasked. */
    static final int PREVIEW_CHARS = 4_096;
    /** Octets to decode for them: a character has at most four. */
    private static final int PREVIEW_BYTES = 4 * PREVIEW_CHARS + 4;
    /** Characters of a URL and of other texts in a row, from generous to least; the first that fits is taken. */
    private static final int[] ROW_TEXT_CHARS = {1_024, 256, 64, 20};

    private ExchangeView() {}

    /** A row of proxy_list_traffic, in at most {@code charsMax} characters, at least 1,000. */
    static JsonObject listed(Exchange exchange, int charsMax) {
        return fitting(exchange, charsMax, ExchangeView::listedWith);
    }

    /** A row of proxy_search_traffic, in at most {@code charsMax} characters, at least 1,000. */
    static JsonObject found(TrafficSearch.Hit hit, int charsMax) {
        return fitting(hit.exchange(), charsMax,
                (exchange, textChars) -> row(exchange, textChars).putStrings("matchedIn", hit.parts()).build());
    }

    /** A row whose texts have at most so many characters. */
    private interface Row {
        JsonObject with(Exchange exchange, int textChars);
    }

    private static JsonObject fitting(Exchange exchange, int charsMax, Row row) {
        JsonObject made = JsonObject.EMPTY;
        for (int textChars : ROW_TEXT_CHARS) {
            made = row.with(exchange, textChars);
            if (Json.text(made).length() <= charsMax) {
                return made;
            }
        }
        return made;
    }

    private static JsonObject.Builder row(Exchange exchange, int textChars) {
        String url = exchange.start().url();
        JsonObject.Builder row = JsonObject.builder().put("id", exchange.id()).put("seq", exchange.seq())
                .put("timestamp", exchange.start().startedAtMillis())
                .put("method", Shortened.text(exchange.start().head().method(), textChars)).put("url", Shortened.text(url, textChars))
                .put("status", status(exchange)).put("duration", duration(exchange));
        putOutcome(row, exchange.outcome(), textChars);
        if (url.length() > textChars) {
            row.put("truncated", true).put("urlLength", url.length());
        }
        return row;
    }

    private static JsonObject listedWith(Exchange exchange, int textChars) {
        JsonObject.Builder row = row(exchange, textChars).put("source", exchange.start().client().source().id())
                .put("hostname", Shortened.text(exchange.start().endpoint().host(), textChars))
                .put("requestSize", exchange.requestBody().size())
                .put("responseSize", exchange.response().isPresent() ? JsonNumber.of(exchange.responseBody().size()) : JsonNull.NULL);
        Optional<String> type = exchange.response().flatMap(head -> head.fields().first("Content-Type"));
        if (type.isPresent()) {
            row.put("contentType", Shortened.text(Charsets.mediaType(type.get()), Math.min(100, textChars)));
        }
        row.putIf("stream", exchange.stream().map(stream -> stream.kind().id()));
        if (!exchange.rules().isEmpty()) {
            row.put("matchedRuleId", exchange.rules().getFirst().id());
        }
        Optional<TlsInfo> tls = exchange.start().clientTls();
        return row.putIf("ja3", tls.flatMap(TlsInfo::ja3)).putIf("ja4", tls.flatMap(TlsInfo::ja4)).build();
    }

    /**
     * Everything that was recorded but whole bodies. Decodes previews, so it is work for the pool.
     *
     * @param which bodies that are shown elsewhere and need no preview
     */
    static JsonObject full(Exchange exchange, BodyArgs.Which which) {
        Client client = exchange.start().client();
        JsonObject.Builder all = JsonObject.builder().put("id", exchange.id()).put("seq", exchange.seq())
                .put("timestamp", exchange.start().startedAtMillis()).put("source", client.source().id());
        putOutcome(all, exchange.outcome(), PREVIEW_CHARS);
        all.put("request", request(exchange, !which.hasRequest()));
        if (!exchange.informational().isEmpty()) {
            List<JsonValue> heads = new ArrayList<>();
            for (ResponseHead head : exchange.informational()) {
                heads.add(responseHead(head).build());
            }
            all.put("informational", heads);
        }
        if (exchange.response().isPresent()) {
            all.put("response", response(exchange, exchange.response().get(), !which.hasResponse()));
        }
        SentView.put(all, exchange);
        if (exchange.isAnsweredByRule()) {
            all.put("answeredBy", "rule");
        }
        if (exchange.stream().isPresent()) {
            all.put("stream", StreamView.of(exchange.stream().get()));
        }
        putTls(all, exchange);
        if (exchange.timings().total() >= 0) {
            all.put("duration", duration(exchange)).put("timings", timings(exchange.timings()));
        }
        Optional<ReplayOf> original = ReplayOf.of(exchange.notes());
        if (original.isPresent()) {
            all.put("replayOf", JsonObject.builder().put("sessionId", original.get().sessionId()).put("seq", original.get().seq())
                    .put("exchangeId", original.get().exchangeId().toString()).build());
        }
        return all.put("connection", connection(client, exchange.route())).put("rules", rules(exchange.rules()))
                .putStrings("notes", exchange.notes()).build();
    }

    private static void putOutcome(JsonObject.Builder members, Outcome outcome, int textChars) {
        switch (outcome) {
            case Outcome.InFlight running -> members.put("state", "in_flight");
            case Outcome.Complete complete -> members.put("state", "complete");
            case Outcome.Incomplete ended -> members.put("state", "incomplete").put("errorClass", ended.errorClass().id())
                    .put("error", Shortened.text(ended.reason(), textChars));
        }
    }

    private static JsonObject request(Exchange exchange, boolean withPreview) {
        JsonObject.Builder request = JsonObject.builder().put("method", exchange.start().head().method())
                .put("url", exchange.start().url()).put("hostname", exchange.start().endpoint().host())
                .put("port", exchange.start().endpoint().port()).put("path", exchange.start().path())
                .put("httpVersion", exchange.start().head().version().toString())
                .put("headers", fields(exchange.start().head().fields()));
        if (!exchange.requestTrailers().isEmpty()) {
            request.put("trailers", fields(exchange.requestTrailers()));
        }
        putBody(request, exchange.requestBody(), exchange.requestContentFields(), withPreview);
        return request.build();
    }

    private static JsonObject response(Exchange exchange, ResponseHead head, boolean withPreview) {
        JsonObject.Builder response = responseHead(head);
        if (!exchange.responseTrailers().isEmpty()) {
            response.put("trailers", fields(exchange.responseTrailers()));
        }
        putBody(response, exchange.responseBody(), exchange.responseContentFields(), withPreview);
        return response.build();
    }

    private static JsonObject.Builder responseHead(ResponseHead head) {
        return JsonObject.builder().put("statusCode", head.status()).put("statusMessage", head.reason())
                .put("httpVersion", head.version().toString()).put("headers", fields(head.fields()));
    }

    private static void putBody(JsonObject.Builder message, CapturedBody body, Fields fields, boolean withPreview) {
        message.put("bodySize", body.size()).put("bodyState", body.state().name().toLowerCase(Locale.ROOT))
                .putIf("bodySha256", body.sha256());
        if (body.state() == CapturedBody.State.NONE || !withPreview) {
            return;
        }
        BodyContent content = BodyContent.of(body, fields, PREVIEW_BYTES);
        boolean decodedAll = content.octets().length < PREVIEW_BYTES;
        if (decodedAll) {
            message.put("bodyDecoding", content.decoding());
        }
        if (!content.isText()) {
            message.put("bodyPreviewOmitted", "binary content; ask for it with body and body_encoding base64, or output_file");
            return;
        }
        String text = content.text();
        String shown = Shortened.prefix(text, PREVIEW_CHARS);
        message.put("bodyPreview", shown);
        Optional<String> why = decodedAll ? content.whyPartial() : Optional.empty();
        boolean whole = decodedAll && shown.length() == text.length() && why.isEmpty();
        message.put("bodyPreviewTruncated", !whole);
        if (decodedAll) {
            // Otherwise the length is known only once all is decoded, which a preview does not do.
            message.put("bodyTextLength", text.length());
        }
        message.putIf("bodyPreviewReason", why);
    }

    private static void putTls(JsonObject.Builder members, Exchange exchange) {
        Optional<TlsInfo> client = exchange.start().clientTls();
        Optional<TlsInfo> server = exchange.route().flatMap(Route::tls);
        if (client.isEmpty() && server.isEmpty()) {
            return;
        }
        JsonObject.Builder tls = JsonObject.builder();
        if (client.isPresent()) {
            TlsInfo info = client.get();
            tls.put("client", agreed(info).putIf("sniHostname", info.sni()).putIf("ja3Fingerprint", info.ja3())
                    .putIf("ja4Fingerprint", info.ja4()).put("clientHelloBytes", info.clientHello().length).build());
        }
        if (server.isPresent()) {
            TlsInfo info = server.get();
            tls.put("server", agreed(info).putIf("ja3sFingerprint", info.ja3s())
                    .putStrings("certificateSha256", sha256(info.certificates())).build());
        }
        members.put("tls", tls.build());
    }

    private static JsonObject.Builder agreed(TlsInfo info) {
        return JsonObject.builder().put("protocol", info.version()).put("cipher", info.cipher()).putIf("alpn", info.alpn());
    }

    private static List<String> sha256(List<byte[]> certificates) {
        List<String> digests = new ArrayList<>();
        for (byte[] certificate : certificates) {
            try {
                digests.add(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
        return digests;
    }

    /** As HAR 1.2 has them: {@code ssl} counts within {@code connect} too; -1 for what did not happen or is not known. */
    private static JsonObject timings(Timings timings) {
        long connect = timings.connect() >= 0 && timings.tls() >= 0 ? timings.connect() + timings.tls() : timings.connect();
        return JsonObject.builder().put("blocked", millis(timings.blocked())).put("dns", millis(timings.dns()))
                .put("connect", millis(connect)).put("ssl", millis(timings.tls())).put("send", millis(timings.send()))
                .put("wait", millis(timings.await())).put("receive", millis(timings.receive())).build();
    }

    private static JsonObject connection(Client client, Optional<Route> route) {
        JsonObject.Builder connection = JsonObject.builder().put("clientAddress", client.address())
                .put("listener", client.listener()).putIf("targetId", client.targetId())
                .put("clientConnectionId", client.connectionId());
        if (route.isPresent()) {
            connection.put("serverAddress", route.get().serverAddress()).putIf("upstreamProxy", route.get().upstreamProxy())
                    .put("serverConnectionId", route.get().connectionId()).put("serverConnectionReused", route.get().reused());
        }
        return connection.build();
    }

    private static JsonArray rules(List<RuleMatch> matches) {
        List<JsonValue> rules = new ArrayList<>();
        for (RuleMatch match : matches) {
            rules.add(JsonObject.builder().put("id", match.id()).put("version", match.version()).build());
        }
        return new JsonArray(rules);
    }

    /** Field lines as pairs in wire order. */
    static JsonArray fields(Fields fields) {
        List<JsonValue> lines = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            lines.add(JsonArray.of(new JsonString(fields.name(i)), new JsonString(fields.value(i))));
        }
        return new JsonArray(lines);
    }

    private static JsonValue status(Exchange exchange) {
        return exchange.response().isPresent() ? JsonNumber.of(exchange.response().get().status()) : JsonNull.NULL;
    }

    /** Whole milliseconds, or null while it runs. */
    private static JsonValue duration(Exchange exchange) {
        long nanos = exchange.timings().total();
        return nanos >= 0 ? JsonNumber.of(Math.round(nanos / 1e6)) : JsonNull.NULL;
    }

    private static JsonNumber millis(long nanos) {
        return nanos < 0 ? JsonNumber.of(-1) : JsonNumber.of(Timings.millis(nanos));
    }
}
