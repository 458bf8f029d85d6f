package proxymcp.diff;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.decode.PercentCoding;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/** Reads what heads say: request line, query, field lines, cookies, status, versions, TLS and how long the answer took. */
final class HeadFields {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final FieldList fields;

    HeadFields(FieldList fields) {
        this.fields = fields;
    }

    /** The request's; segments of the path that are parameters of {@code endpoint} are named by them. */
    void request(Exchange exchange, Optional<Endpoint> endpoint) {
        fields.add(Side.REQUEST, Part.METHOD, "", ValueType.STRING, exchange.start().head().method());
        String target = exchange.start().path();
        int fragment = target.indexOf('#');
        String sent = fragment < 0 ? target : target.substring(0, fragment);
        int question = sent.indexOf('?');
        path(question < 0 ? sent : sent.substring(0, question), endpoint);
        if (question >= 0) {
            pairs(Side.REQUEST, Part.QUERY, sent.substring(question + 1));
        }
        fields.add(Side.REQUEST, Part.VERSION, "", ValueType.STRING, exchange.start().head().version().toString());
        exchange.start().clientTls().ifPresent(tls -> tls(Side.REQUEST, tls));
        lines(Side.REQUEST, exchange.start().head().fields());
        trailers(Side.REQUEST, exchange.requestTrailers());
    }

    /** The response's; without one, why there is none stands in place of its status. */
    void response(Exchange exchange) {
        Optional<ResponseHead> head = exchange.response();
        if (head.isPresent()) {
            fields.add(Side.RESPONSE, Part.STATUS, "", ValueType.NUMBER, Integer.toString(head.get().status()));
            fields.add(Side.RESPONSE, Part.VERSION, "", ValueType.STRING, head.get().version().toString());
        } else {
            fields.add(Side.RESPONSE, Part.STATUS, "", ValueType.STRING, ending(exchange.outcome()));
        }
        exchange.route().flatMap(Route::tls).ifPresent(tls -> tls(Side.RESPONSE, tls));
        head.ifPresent(there -> lines(Side.RESPONSE, there.fields()));
        trailers(Side.RESPONSE, exchange.responseTrailers());
        timing("wait", exchange.timings().await());
        timing("receive", exchange.timings().receive());
    }

    private static String ending(Outcome outcome) {
        return switch (outcome) {
            case Outcome.InFlight running -> "in flight";
            case Outcome.Complete complete -> "none";
            case Outcome.Incomplete early -> early.errorClass().name().toLowerCase(Locale.ROOT);
        };
    }

    private void path(String path, Optional<Endpoint> endpoint) {
        if (path.isEmpty() || path.equals("/")) {
            return;
        }
        String[] segments = path.substring(path.startsWith("/") ? 1 : 0).split("/", -1);
        String[] names = endpoint.map(learned -> learned.segmentNames(segments.length)).orElseGet(() -> Endpoint.numbers(segments.length));
        for (int i = 0; i < segments.length; i++) {
            fields.add(Side.REQUEST, Part.PATH, names[i], ValueType.STRING, segments[i]);
        }
    }

    /** The pairs of a query or form, and all of it as it was spelled: {@code %20} and a plus sign are the same value. */
    void pairs(Side side, Part part, String text) {
        fields.add(side, part, "", ValueType.STRING, text);
        for (String pair : text.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                fields.addNamed(side, part, PercentCoding.text(equals < 0 ? pair : pair.substring(0, equals), true),
                        equals < 0 ? "" : PercentCoding.text(pair.substring(equals + 1), true));
            }
        }
    }

    private void lines(Side side, Fields lines) {
        StringBuilder order = new StringBuilder();
        StringBuilder spelled = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String name = lines.name(i);
            String lower = name.toLowerCase(Locale.ROOT);
            order.append(i == 0 ? "" : ", ").append(lower);
            spelled.append(i == 0 ? "" : ", ").append(name);
            if (side == Side.REQUEST && lower.equals("cookie")) {
                sent(lines.value(i));
            } else if (side == Side.RESPONSE && lower.equals("set-cookie")) {
                set(lines.value(i));
            } else {
                fields.addNamed(side, Part.HEADER, lower, lines.value(i));
            }
        }
        fields.add(side, Part.HEADER_ORDER, "", ValueType.STRING, order.toString());
        fields.add(side, Part.HEADER_CASE, "", ValueType.STRING, spelled.toString());
    }

    private void trailers(Side side, Fields trailers) {
        for (int i = 0; i < trailers.size(); i++) {
            fields.addNamed(side, Part.HEADER, trailers.name(i).toLowerCase(Locale.ROOT), trailers.value(i));
        }
    }

    /** The pairs of a Cookie field (RFC 6265 section 4.2). */
    private void sent(String value) {
        for (String pair : value.split(";")) {
            if (!pair.isBlank()) {
                int equals = pair.indexOf('=');
                fields.addNamed(Side.REQUEST, Part.COOKIE, (equals < 0 ? pair : pair.substring(0, equals)).strip(),
                        equals < 0 ? "" : pair.substring(equals + 1).strip());
            }
        }
    }

    /** A Set-Cookie field with all its attributes, those that nobody knows included. */
    private void set(String value) {
        String[] parts = value.split(";");
        int equals = parts.length == 0 ? -1 : parts[0].indexOf('=');
        String name = (parts.length == 0 ? "" : equals < 0 ? parts[0] : parts[0].substring(0, equals)).strip();
        fields.addNamed(Side.RESPONSE, Part.COOKIE, name, equals < 0 ? "" : parts[0].substring(equals + 1).strip());
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].isBlank()) {
                int end = parts[i].indexOf('=');
                String attribute = (end < 0 ? parts[i] : parts[i].substring(0, end)).strip().toLowerCase(Locale.ROOT);
                fields.addNamed(Side.RESPONSE, Part.COOKIE, name + ";" + attribute, end < 0 ? "" : parts[i].substring(end + 1).strip());
            }
        }
    }

    /** Not JA3: browsers change the order of extensions with each connection, which JA4 does not see. */
    private void tls(Side side, TlsInfo tls) {
        tlsField(side, "version", Optional.of(tls.version()));
        tlsField(side, "cipher", Optional.of(tls.cipher()));
        tlsField(side, "alpn", tls.alpn());
        if (side == Side.REQUEST) {
            tlsField(side, "sni", tls.sni());
            tlsField(side, "ja4", tls.ja4());
        }
    }

    private void tlsField(Side side, String name, Optional<String> value) {
        value.ifPresent(known -> fields.add(side, Part.TLS, name, ValueType.STRING, known));
    }

    private void timing(String phase, long nanos) {
        if (nanos != Timings.UNKNOWN) {
            fields.add(Side.RESPONSE, Part.TIMING, phase, ValueType.NUMBER, Long.toString(nanos / NANOS_PER_MILLI));
        }
    }

    /** The names that {@link Part#HEADER_ORDER} and {@link Part#HEADER_CASE} hold. */
    static List<String> names(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(", "));
    }
}
