package proxymcp.har;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * Message heads of a HAR file. Of our own files the octets come back: {@code _rawHead} holds them, or {@code headersSize} says that the head,
 * written out plainly, is them. Not for several threads.
 */
final class ImportedHeads {
    /** Octets of a head; a record of a session takes 1 MiB. */
    static final int HEAD_BYTES_MAX = 900_000;

    private static final HeadLimits LIMITS = new HeadLimits(HEAD_BYTES_MAX, 100_000);
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private final HarImportReport report;
    private final ImportedValues values;
    private final List<String> notes;

    private interface Parsing<H> {
        H parse(byte[] raw) throws IOException;
    }

    /** @param notes gets what a reader of the exchange should know */
    ImportedHeads(HarImportReport report, ImportedValues values, List<String> notes) {
        this.report = report;
        this.values = values;
        this.notes = notes;
    }

    /**
     * A request head.
     *
     * @param target its target, unless the file has one
     * @param other version of the response, which counts where the request has none
     */
    RequestHead request(JsonObject request, String target, Optional<String> other, boolean own) throws HarImportException, HarImportSkip {
        Optional<RequestHead> raw = raw(request, bytes -> HeadParser.parseRequest(bytes, LIMITS));
        if (raw.isPresent()) {
            return raw.get();
        }
        HttpVersion version = version(request.string("httpVersion"), other);
        Fields fields = ImportedFields.of(request.get("headers"), report);
        RequestHead made = made(method(request), request.string("_target").orElse(target), target, version, fields);
        byte[] plain = plain(writer -> writer.head(made));
        return own && values.count(request, "headersSize") == plain.length
                ? parsed(plain, bytes -> HeadParser.parseRequest(bytes, LIMITS)).orElse(made) : made;
    }

    private RequestHead made(String method, String wanted, String target, HttpVersion version, Fields fields) throws HarImportException {
        try {
            return new RequestHead(method, wanted, version, fields, List.of(), new byte[0]);
        } catch (IllegalArgumentException e) {
            report.repair("bad_target", "_target is no request target; it was taken from the URL");
            return new RequestHead(method, target, version, fields, List.of(), new byte[0]);
        }
    }

    private String method(JsonObject request) throws HarImportException {
        String method = request.string("method").orElse("");
        if (method.isBlank()) {
            // As Safari writes data: URLs.
            report.repair("bad_method", "its request has no method; GET was assumed");
            notes.add("the HAR file has no method; GET was assumed");
            return "GET";
        }
        StringBuilder token = new StringBuilder(method.strip());
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && TOKEN_MARKS.indexOf(c) < 0) {
                token.setCharAt(i, '_');
            }
        }
        if (!token.toString().equals(method)) {
            String text = "the HAR file has the method \"" + (method.length() > 100 ? method.substring(0, 100) + "…" : method) + "\", which is no token";
            report.repair("bad_method", text);
            notes.add(text);
        }
        return token.toString();
    }

    /** The final response head; empty if there was none. */
    Optional<ResponseHead> response(JsonObject response, Optional<String> other, boolean own) throws HarImportException, HarImportSkip {
        OptionalDouble status = values.number(response, "status");
        if (status.isEmpty() || status.getAsDouble() == 0 || status.getAsDouble() == -1) {
            return Optional.empty();
        }
        if (!(status.getAsDouble() >= 100 && status.getAsDouble() < 1_000)) {
            String text = "the HAR file has the status " + (long) status.getAsDouble() + ", which is none; the response head is left out";
            report.repair("bad_status", text);
            notes.add(text);
            return Optional.empty();
        }
        return Optional.of(responseHead(response, (int) status.getAsDouble(), other, own));
    }

    private ResponseHead responseHead(JsonObject response, int status, Optional<String> other, boolean own)
            throws HarImportException, HarImportSkip {
        Optional<ResponseHead> raw = raw(response, bytes -> HeadParser.parseResponse(bytes, LIMITS));
        if (raw.isPresent()) {
            return raw.get();
        }
        ResponseHead made = new ResponseHead(version(response.string("httpVersion"), other), status, reason(response),
                ImportedFields.of(response.get("headers"), report), List.of(), new byte[0]);
        byte[] plain = plain(writer -> writer.head(made));
        return own && values.count(response, "headersSize") == plain.length
                ? parsed(plain, bytes -> HeadParser.parseResponse(bytes, LIMITS)).orElse(made) : made;
    }

    private String reason(JsonObject response) throws HarImportException {
        String reason = response.string("statusText").orElse("");
        boolean plain = true;
        boolean wide = false;
        for (int i = 0; i < reason.length(); i++) {
            char c = reason.charAt(i);
            plain &= c != '\r' && c != '\n' && c != 0;
            wide |= c > 0xFF;
        }
        if (!plain) {
            report.repair("bad_status", "statusText holds a line end or NUL, which became a space");
            reason = reason.replace('\r', ' ').replace('\n', ' ').replace('\0', ' ');
        }
        return wide ? new String(reason.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1) : reason;
    }

    /** Informational heads; those of our own files came over a wire. */
    List<ResponseHead> informational(JsonObject entry) throws HarImportException, HarImportSkip {
        List<ResponseHead> heads = new ArrayList<>();
        for (JsonValue value : entry.array("_informational").orElse(JsonArray.EMPTY).values()) {
            if (value instanceof JsonObject head) {
                Optional<ResponseHead> made = response(head, Optional.empty(), true);
                if (made.isPresent()) {
                    boolean isMade = made.get().raw().length == 0 && !head.has("headersSize");
                    ResponseHead plain = made.get();
                    heads.add(isMade ? parsed(plain(writer -> writer.head(plain)), bytes -> HeadParser.parseResponse(bytes, LIMITS)).orElse(plain)
                            : plain);
                }
            }
        }
        return List.copyOf(heads);
    }

    /** A trailer section of one of our own files. */
    Fields trailers(JsonObject message) throws HarImportException, HarImportSkip {
        Fields trailers = ImportedFields.of(message.get("_trailers"), report);
        plain(writer -> writer.head(RequestHead.of("GET", "/", trailers)));
        return trailers;
    }

    private <H> Optional<H> raw(JsonObject message, Parsing<H> parsing) throws HarImportException {
        JsonValue value = message.get("_rawHead").orElse(JsonNull.NULL);
        if (value instanceof JsonNull) {
            return Optional.empty();
        }
        try {
            if (value instanceof JsonString text) {
                Optional<H> head = parsed(Base64.getDecoder().decode(text.value()), parsing);
                if (head.isPresent()) {
                    return head;
                }
            }
        } catch (IllegalArgumentException e) {
            // The same answer as for octets that are no head.
        }
        report.repair("bad_header", "_rawHead is no message head in base64; the head was made of its parts");
        return Optional.empty();
    }

    private static <H> Optional<H> parsed(byte[] raw, Parsing<H> parsing) {
        try {
            return raw.length > HEAD_BYTES_MAX ? Optional.empty() : Optional.of(parsing.parse(raw));
        } catch (IOException e) {
            return Optional.empty(); // It is kept without its octets.
        }
    }

    private interface Writing {
        void to(WireWriter writer) throws IOException;
    }

    /** A head as it would go out. */
    private static byte[] plain(Writing writing) throws HarImportSkip {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        WireWriter writer = new WireWriter(out);
        try {
            writing.to(writer);
            writer.flush();
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        if (out.size() > HEAD_BYTES_MAX) {
            throw new HarImportSkip("too_large", "a message head is " + out.size() + " octets long, more than " + HEAD_BYTES_MAX);
        }
        return out.toByteArray();
    }

    /** The version as spoken; where it is not told, that of the other message, and else HTTP/1.1. */
    private HttpVersion version(Optional<String> text, Optional<String> other) {
        Optional<HttpVersion> known = text.flatMap(ImportedHeads::versionOf).or(() -> other.flatMap(ImportedHeads::versionOf));
        if (known.isEmpty()) {
            report.notice("http_version", "httpVersion is \"" + text.orElse("") + "\"; HTTP/1.1 was assumed");
        }
        return known.orElse(HttpVersion.HTTP_1_1);
    }

    private static Optional<HttpVersion> versionOf(String text) {
        String version = text.strip().toLowerCase(Locale.ROOT);
        String number = version.startsWith("http/") ? version.substring(5) : version;
        return switch (number) {
            case "1.0", "1" -> Optional.of(HttpVersion.HTTP_1_0);
            case "1.1" -> Optional.of(HttpVersion.HTTP_1_1);
            case "2", "2.0", "h2", "h2c" -> Optional.of(HttpVersion.HTTP_2);
            case "3", "3.0", "h3", "quic" -> Optional.of(HttpVersion.HTTP_3);
            default -> number.startsWith("h3-") || number.contains("quic") ? Optional.of(HttpVersion.HTTP_3) : Optional.empty();
        };
    }
}
