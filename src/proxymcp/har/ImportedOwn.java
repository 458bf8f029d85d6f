package proxymcp.har;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Authority;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** What only our own files say of an exchange, with the nearest that others say where there is such a thing. Not for several threads. */
final class ImportedOwn {
    private static final int TEXT_CHARS_MAX = 4_096;
    private static final int NOTES_CHARS_MAX = 200_000;
    private static final int TLS_BYTES_MAX = 700_000;
    private static final String BAD = "bad_member";

    private final JsonObject entry;
    private final JsonObject exchange;
    private final HarImportReport report;
    private final ImportedValues values;

    ImportedOwn(JsonObject entry, HarImportReport report, ImportedValues values) {
        this.entry = entry;
        this.exchange = entry.object("_exchange").orElse(JsonObject.EMPTY);
        this.report = report;
        this.values = values;
    }

    /** Whether we wrote the entry. */
    boolean isOurs() {
        return entry.object("_exchange").isPresent();
    }

    UUID id() throws HarImportException {
        Optional<String> id = exchange.string("id");
        try {
            if (id.isPresent()) {
                return UUID.fromString(id.get());
            }
        } catch (IllegalArgumentException e) {
            report.repair(BAD, "_exchange.id is no UUID; it got a new one");
        }
        return UUID.randomUUID();
    }

    OptionalLong seq() {
        return exchange.get("seq").orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong() : OptionalLong.empty();
    }

    Client client() throws HarImportException {
        Source source = Source.HAR;
        Optional<String> named = exchange.string("source");
        if (named.isPresent()) {
            Optional<Source> known = source(named.get());
            if (known.isEmpty()) {
                report.repair(BAD, "_exchange.source is none that is known; it became har");
            }
            source = known.orElse(Source.HAR);
        }
        return new Client(text(exchange, "clientAddress").orElse(""), text(exchange, "listener").orElse(""), source, text(exchange, "targetId"),
                Math.max(0, number(exchange, "clientConnectionId")));
    }

    private static Optional<Source> source(String id) {
        for (Source source : Source.values()) {
            if (source.id().equals(id)) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    /** Phases: exact ones of our own files, else those in milliseconds. */
    Timings timings() throws HarImportException {
        List<JsonValue> exact = exchange.array("timingsNanos").orElse(JsonArray.EMPTY).values();
        if (exact.size() == 8) {
            long[] nanos = new long[8];
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = exact.get(i) instanceof JsonNumber number ? number.exactLong().orElse(Timings.UNKNOWN) : Timings.UNKNOWN;
            }
            return new Timings(nanos[0], nanos[1], nanos[2], nanos[3], nanos[4], nanos[5], nanos[6], nanos[7]);
        }
        JsonObject phases = entry.object("timings").orElse(JsonObject.EMPTY);
        long connect = values.nanos(phases, "connect");
        long tls = values.nanos(phases, "ssl");
        if (tls >= 0 && connect >= tls) {
            connect -= tls; // In HAR 1.2 the handshake counts within connect too.
        }
        return new Timings(values.nanos(phases, "blocked"), values.nanos(phases, "dns"), connect, tls, values.nanos(phases, "send"),
                values.nanos(phases, "wait"), values.nanos(phases, "receive"), values.nanos(entry, "time"));
    }

    /**
     * Notes of the exchange itself.
     *
     * @param ofHeads notes that reading the heads gives anyway
     */
    List<String> notes(List<String> ofHeads) throws HarImportException {
        List<String> notes = new ArrayList<>();
        int chars = 0;
        for (JsonValue value : exchange.array("notes").orElse(JsonArray.EMPTY).values()) {
            String note = value instanceof JsonString text ? text.value() : value.toString();
            chars += note.length();
            if (chars > NOTES_CHARS_MAX) {
                report.repair(BAD, "the notes are longer than " + NOTES_CHARS_MAX + " characters; the last ones were left out");
                break;
            }
            notes.add(note);
        }
        boolean withHeads = !ofHeads.isEmpty() && notes.size() >= ofHeads.size() && notes.subList(0, ofHeads.size()).equals(ofHeads);
        return withHeads ? notes.subList(ofHeads.size(), notes.size()) : notes;
    }

    Optional<Route> route(Endpoint endpoint) throws HarImportException {
        Optional<JsonObject> ours = entry.object("_route");
        Optional<TlsInfo> tls = tls("server");
        if (ours.isPresent()) {
            boolean reused = ours.get().get("reused").map(JsonValue::toString).orElse("").equals("true");
            return Optional.of(new Route(text(ours.get(), "upstreamProxy"), text(ours.get(), "serverAddress").orElse(""),
                    Math.max(0, number(ours.get(), "connectionId")), reused, tls));
        }
        String address = text(entry, "serverIPAddress").orElse("").strip();
        if (isOurs() || address.isEmpty()) {
            return Optional.empty();
        }
        String host = address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
        String shown = Authority.uriHost(host) + (endpoint.port() > 0 ? ":" + endpoint.port() : "");
        boolean reused = values.nanos(entry.object("timings").orElse(JsonObject.EMPTY), "connect") < 0;
        return Optional.of(new Route(Optional.empty(), shown, connection(), reused, tls));
    }

    /** Browsers number their connections; others name them. */
    private long connection() {
        JsonValue connection = entry.get("connection").orElse(JsonNull.NULL);
        String digits = connection instanceof JsonString text ? text.value() : connection.toString();
        return !digits.isEmpty() && digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : 0;
    }

    /** What was agreed on one side, {@code client} or {@code server}. */
    Optional<TlsInfo> tls(String side) throws HarImportException {
        Optional<JsonObject> found = entry.object("_tls").flatMap(tls -> tls.object(side));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        JsonObject tls = found.get();
        try {
            byte[] hello = Base64.getDecoder().decode(tls.string("clientHello").orElse(""));
            List<byte[]> certificates = new ArrayList<>();
            long bytes = hello.length;
            for (JsonValue value : tls.array("certificates").orElse(JsonArray.EMPTY).values()) {
                byte[] certificate = Base64.getDecoder().decode(value instanceof JsonString text ? text.value() : "");
                bytes += certificate.length + Integer.BYTES;
                certificates.add(certificate);
            }
            if (bytes <= TLS_BYTES_MAX) {
                return Optional.of(new TlsInfo(text(tls, "version").orElse(""), text(tls, "cipher").orElse(""), text(tls, "alpn"), text(tls, "sni"),
                        hello, text(tls, "ja3"), text(tls, "ja4"), text(tls, "ja3s"), List.copyOf(certificates)));
            }
        } catch (IllegalArgumentException e) {
            // The same answer as for what is too long.
        }
        report.repair(BAD, "_tls." + side.toLowerCase(Locale.ROOT) + " is not in base64, or too long; it was left out");
        return Optional.empty();
    }

    private static long number(JsonObject in, String name) {
        return in.get(name).orElse(JsonNull.NULL) instanceof JsonNumber number ? number.exactLong().orElse(0) : 0;
    }

    private static Optional<String> text(JsonObject in, String name) {
        return in.string(name).map(ImportedOwn::shortened);
    }

    private static String shortened(String text) {
        return text.length() > TEXT_CHARS_MAX ? text.substring(0, TEXT_CHARS_MAX) : text;
    }
}
