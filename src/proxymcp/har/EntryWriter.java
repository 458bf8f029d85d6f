package proxymcp.har;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Client;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonOutput;
import proxymcp.json.JsonValue;
import proxymcp.store.IndexEntry;
import proxymcp.store.MessageReader;
import proxymcp.store.StoredExchange;
import proxymcp.store.WorkWatch;

/** Writes one exchange as an entry of a HAR. Not for several threads. */
final class EntryWriter {
    private final JsonOutput json;
    private final boolean includeBodies;
    private final WorkWatch watch;
    private final WarningList warnings;
    private final MessageReader messages;

    /** @param messages reads the messages of streams */
    EntryWriter(JsonOutput json, boolean includeBodies, WorkWatch watch, WarningList warnings, MessageReader messages) {
        this.json = json;
        this.includeBodies = includeBodies;
        this.watch = watch;
        this.warnings = warnings;
        this.messages = messages;
    }

    /** An exchange that can be read, if not all of it. */
    void write(StoredExchange stored) throws IOException {
        Exchange exchange = stored.exchange();
        HarBody requestBody = HarBody.of(stored.requestBody(), exchange.requestContentFields(), includeBodies, watch);
        HarBody responseBody = HarBody.of(stored.responseBody(), exchange.responseContentFields(), includeBodies, watch);
        json.beginObject().member("startedDateTime", HarTime.iso(exchange.start().startedAtMillis()))
                .member("time", HarTime.millis(Math.max(0, exchange.timings().total())));
        writeRequest(exchange, requestBody);
        writeResponse(exchange, responseBody);
        json.member("cache", JsonObject.EMPTY).member("timings", HarTime.timings(exchange.timings()));
        Optional<Route> route = exchange.route();
        json.members(JsonObject.builder().putIf("serverIPAddress", route.flatMap(known -> address(known.serverAddress())))
                .putIf("connection", route.map(known -> Long.toString(known.connectionId()))).build());
        writeOwn(exchange);
        List<String> damage = new ArrayList<>(stored.damage());
        StreamMembers.write(exchange, messages, includeBodies, json, watch, damage);
        // Of long octets it is known only now that they were written.
        requestBody.damage().filter(reason -> damage.isEmpty()).ifPresent(damage::add);
        responseBody.damage().filter(reason -> damage.isEmpty()).ifPresent(damage::add);
        if (!damage.isEmpty()) {
            json.member("comment", "damaged on disk: " + String.join("; ", damage));
        }
        json.endObject();
        warn(exchange, damage, requestBody, responseBody);
    }

    private void warn(Exchange exchange, List<String> damage, HarBody... bodies) throws IOException {
        if (!damage.isEmpty()) {
            warnings.add("damaged", exchange.seq(), damage.get(0));
        }
        if (exchange.outcome() instanceof Outcome.InFlight) {
            warnings.add("in_flight", exchange.seq(), "the exchange has not ended");
        }
        if (includeBodies && exchange.stream().isPresent()) {
            messages.missing(exchange.seq()).ifPresent(reason -> warnings.add("partial_stream", exchange.seq(), reason));
        }
        for (HarBody body : bodies) {
            if (includeBodies && body.isPresent()) {
                body.undecoded().ifPresent(reason -> warnings.add("undecoded", exchange.seq(), reason));
                if (body.isCut() && body.damage().isEmpty()) {
                    warnings.add("partial_body", exchange.seq(), body.comment().orElseThrow());
                }
            }
        }
    }

    private void writeRequest(Exchange exchange, HarBody body) throws IOException {
        RequestHead head = exchange.start().head();
        String url = exchange.start().url();
        json.name("request").beginObject().members(JsonObject.builder().put("method", head.method()).put("url", url)
                .put("httpVersion", head.version().toString()).put("cookies", HarCookies.sent(head.fields()))
                .put("headers", HeadMembers.fields(head.fields())).put("queryString", FormFields.ofUrl(url)).build());
        if (body.isPresent()) {
            json.name("postData").beginObject().member("mimeType", body.mimeType("application/octet-stream"));
            Optional<JsonArray> params = body.shortContent().flatMap(content -> FormFields.ofContent(body.mimeType(""), content));
            if (params.isPresent() || !body.isWritten()) {
                // One of the two there must be.
                json.member("params", params.orElse(new JsonArray(List.of())));
            }
            body.writeText(json, "_encoding");
            json.members(comment(body)).endObject();
        }
        json.members(JsonObject.builder().put("headersSize", HeadMembers.size(head.raw())).put("bodySize", body.bytes())
                .putIf("_target", HeadMembers.target(head.target(), url)).putIf("_rawHead", HeadMembers.raw(head)).build());
        writeTrailers(exchange.requestTrailers());
        body.writeFacts(json);
        json.endObject();
    }

    private void writeResponse(Exchange exchange, HarBody body) throws IOException {
        Optional<ResponseHead> head = exchange.response();
        Fields fields = head.map(ResponseHead::fields).orElse(Fields.EMPTY);
        json.name("response").beginObject().members(JsonObject.builder().put("status", head.map(ResponseHead::status).orElse(0))
                .put("statusText", head.map(ResponseHead::reason).orElse(""))
                .put("httpVersion", head.map(known -> known.version().toString()).orElse(""))
                .put("cookies", HarCookies.set(fields, exchange.start().startedAtMillis())).put("headers", HeadMembers.fields(fields)).build());
        json.name("content").beginObject().member("size", JsonNumber.of(body.contentBytes()));
        if (body.compression().isPresent()) {
            json.member("compression", JsonNumber.of(body.compression().getAsLong()));
        }
        json.member("mimeType", body.mimeType("x-unknown"));
        body.writeText(json, "encoding");
        json.members(comment(body)).endObject();
        boolean unknownBody = head.isEmpty() || !body.isPresent() && exchange.outcome() instanceof Outcome.InFlight;
        json.members(JsonObject.builder().put("redirectURL", fields.first("Location").orElse(""))
                .put("headersSize", head.map(known -> HeadMembers.size(known.raw())).orElse(-1L)).put("bodySize", unknownBody ? -1 : body.bytes())
                .putIf("_rawHead", head.flatMap(HeadMembers::raw)).build());
        writeTrailers(exchange.responseTrailers());
        body.writeFacts(json);
        json.endObject();
    }

    private static JsonObject comment(HarBody body) {
        return JsonObject.builder().putIf("comment", body.comment()).build();
    }

    private void writeTrailers(Fields trailers) throws IOException {
        if (!trailers.isEmpty()) {
            json.member("_trailers", HeadMembers.fields(trailers));
        }
    }

    /** What HAR has no place for. */
    private void writeOwn(Exchange exchange) throws IOException {
        Client client = exchange.start().client();
        Timings timings = exchange.timings();
        List<JsonValue> nanos = new ArrayList<>();
        for (long phase : new long[] {timings.blocked(), timings.dns(), timings.connect(), timings.tls(), timings.send(), timings.await(),
                timings.receive(), timings.total()}) {
            nanos.add(JsonNumber.of(phase));
        }
        json.member("_exchange", JsonObject.builder().put("id", exchange.id()).put("seq", exchange.seq()).put("source", client.source().id())
                .putIf("targetId", client.targetId()).put("clientAddress", client.address()).put("listener", client.listener())
                .put("clientConnectionId", client.connectionId()).put("state", state(exchange.outcome())).put("timingsNanos", nanos)
                .putStrings("notes", exchange.endNotes()).build());
        if (exchange.route().isPresent()) {
            Route route = exchange.route().get();
            json.member("_route", JsonObject.builder().putIf("upstreamProxy", route.upstreamProxy()).put("serverAddress", route.serverAddress())
                    .put("connectionId", route.connectionId()).put("reused", route.reused()).build());
        }
        if (exchange.outcome() instanceof Outcome.Incomplete ended) {
            json.member("_error", JsonObject.builder().put("errorClass", ended.errorClass().id()).put("reason", ended.reason()).build());
        }
        Optional<JsonObject> tls = TlsMembers.of(exchange.start().clientTls(), exchange.route().flatMap(Route::tls));
        if (tls.isPresent()) {
            json.member("_tls", tls.get());
        }
        if (!exchange.informational().isEmpty()) {
            List<JsonValue> heads = new ArrayList<>();
            for (ResponseHead head : exchange.informational()) {
                heads.add(HeadMembers.informational(head));
            }
            json.member("_informational", new JsonArray(heads));
        }
        json.members(SentMembers.of(exchange, includeBodies));
    }

    private static String state(Outcome outcome) {
        return switch (outcome) {
            case Outcome.InFlight inFlight -> "in_flight";
            case Outcome.Complete complete -> "complete";
            case Outcome.Incomplete incomplete -> "incomplete";
        };
    }

    /** The address of {@code 192.0.2.1:80} or {@code [2001:db8::1]:443}. */
    private static Optional<String> address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return bare.isEmpty() ? Optional.empty() : Optional.of(bare);
    }

    /** An exchange whose request head cannot be read: what the index knows of it. */
    void write(IndexEntry entry, String reason) throws IOException {
        JsonArray none = new JsonArray(List.of());
        long total = entry.durationNanos().orElse(Timings.UNKNOWN);
        boolean answered = entry.status().isPresent();
        JsonObject request = JsonObject.builder().put("method", entry.method()).put("url", entry.url()).put("httpVersion", "").put("cookies", none)
                .put("headers", none).put("queryString", FormFields.ofUrl(entry.url())).put("headersSize", -1L)
                .put("bodySize", entry.requestBytes()).build();
        JsonObject content = JsonObject.builder().put("size", entry.responseBytes()).put("mimeType", entry.contentType().orElse("x-unknown"))
                .put("comment", "damaged on disk").build();
        JsonObject response = JsonObject.builder().put("status", entry.status().orElse(0)).put("statusText", "").put("httpVersion", "")
                .put("cookies", none).put("headers", none).put("content", content).put("redirectURL", "").put("headersSize", -1L)
                .put("bodySize", answered ? entry.responseBytes() : -1).build();
        json.value(JsonObject.builder().put("startedDateTime", HarTime.iso(entry.startedAtMillis())).put("time", HarTime.millis(Math.max(0, total)))
                .put("request", request).put("response", response).put("cache", JsonObject.EMPTY).put("timings", HarTime.timings(Timings.NONE))
                .put("_exchange", JsonObject.builder().put("id", entry.id().toString()).put("seq", entry.seq()).put("source", entry.source().id())
                        .putIf("targetId", entry.targetId()).put("state", entry.state().name().toLowerCase(java.util.Locale.ROOT)).build())
                .put("comment", "damaged on disk: " + reason).build());
        warnings.add("damaged", entry.seq(), reason);
    }
}
