package proxymcp.http;

import java.util.List;
import java.util.Optional;

/**
 * How the end of a message body is found (RFC 9112 section 6.3), and the checks that keep two parsers from finding it in
 * different places (section 11.2).
 */
public sealed interface BodyFraming {
    /** No body: HEAD, 1xx, 204, 304, 2xx to CONNECT, a request without a length. */
    record None() implements BodyFraming {}

    /**
     * A body of known length.
     *
     * @param bytes octets, 0 or more
     */
    record ContentLength(long bytes) implements BodyFraming {
        /** @throws IllegalArgumentException if {@code bytes} is negative */
        public ContentLength {
            if (bytes < 0) {
                throw new IllegalArgumentException("content length " + bytes);
            }
        }
    }

    /** Chunked transfer coding, possibly with trailers (RFC 9112 section 7.1). */
    record Chunked() implements BodyFraming {}

    /** Responses only: runs until the server closes. */
    record UntilClose() implements BodyFraming {}

    /**
     * Framing of a request.
     *
     * @throws ProtocolException with 400 for anything two parsers could read differently, with 501 for a transfer coding other than
     *     {@code chunked}
     */
    static BodyFraming ofRequest(RequestHead head) throws ProtocolException {
        BodyFraming framing = ofRequestFields(head);
        if (head.method().equals("CONNECT") && !isEmpty(framing)) {
            // RFC 9110 section 9.3.6: it has no content; what follows the head would be body to one parser and tunnel to another.
            throw ProtocolException.badRequest("CONNECT request has a body");
        }
        return framing;
    }

    private static boolean isEmpty(BodyFraming framing) {
        return framing instanceof None || framing instanceof ContentLength(long bytes) && bytes == 0;
    }

    private static BodyFraming ofRequestFields(RequestHead head) throws ProtocolException {
        Fields fields = head.fields();
        boolean hasLength = fields.contains("Content-Length");
        if (!fields.contains("Transfer-Encoding")) {
            return hasLength ? new ContentLength(requestLength(fields)) : new None();
        }
        if (hasLength) {
            throw ProtocolException.badRequest("request has both Transfer-Encoding and Content-Length");
        }
        if (head.version() == HttpVersion.HTTP_1_0) {
            throw ProtocolException.badRequest("HTTP/1.0 request has Transfer-Encoding");
        }
        List<String> codings = fields.members("Transfer-Encoding");
        if (codings.size() != listElements(fields)) {
            // An origin that does not skip empty list elements, as we do, would not see "chunked" in "chunked,".
            throw ProtocolException.badRequest("Transfer-Encoding has an empty member");
        }
        for (int i = 0; i < codings.size(); i++) {
            checkRequestCoding(codings.get(i), i == codings.size() - 1);
        }
        return new Chunked();
    }

    /** Elements of Transfer-Encoding over all its lines, empty ones included. */
    private static int listElements(Fields fields) {
        int elements = 0;
        for (String value : fields.all("Transfer-Encoding")) {
            elements++;
            for (int i = 0; i < value.length(); i++) {
                elements += value.charAt(i) == ',' ? 1 : 0;
            }
        }
        return elements;
    }

    private static void checkRequestCoding(String coding, boolean last) throws ProtocolException {
        int semicolon = coding.indexOf(';');
        String name = semicolon < 0 ? coding : coding.substring(0, semicolon).strip();
        if (!Ascii.isToken(name)) {
            throw ProtocolException.badRequest("transfer coding is not a token");
        }
        if (!name.equalsIgnoreCase("chunked")) {
            throw new ProtocolException(ProtocolException.Side.CLIENT, 501, "transfer coding \"" + name + "\" is not known here, only chunked");
        }
        if (!last || semicolon >= 0) {
            throw ProtocolException.badRequest(last ? "chunked has a parameter" : "chunked is not the last transfer coding, or stands twice");
        }
    }

    private static long requestLength(Fields fields) throws ProtocolException {
        if (fields.count("Content-Length") > 1) {
            throw ProtocolException.badRequest("request has several Content-Length fields");
        }
        return parseLength(fields.first("Content-Length").orElseThrow(), ProtocolException.Side.CLIENT);
    }

    /**
     * Framing of a response.
     *
     * @param head final response, or an informational one
     * @param method method of the request that it answers
     * @throws ProtocolException with 502 if the lengths contradict each other
     */
    static BodyFraming ofResponse(ResponseHead head, String method) throws ProtocolException {
        int status = head.status();
        if (method.equals("HEAD") || status < 200 || status == 204 || status == 304
                || method.equals("CONNECT") && status < 300) {
            return new None();
        }
        Fields fields = head.fields();
        Optional<String> coding = finalCoding(fields);
        if (coding.isPresent()) {
            // Section 6.3 rule 4: with another final coding the body runs to the end of the connection.
            return coding.get().equalsIgnoreCase("chunked") ? new Chunked() : new UntilClose();
        }
        if (!fields.contains("Content-Length")) {
            return new UntilClose();
        }
        long length = -1;
        for (String member : lengths(fields)) {
            long value = parseLength(member, ProtocolException.Side.SERVER);
            if (length >= 0 && value != length) {
                throw ProtocolException.badResponse("response has Content-Length " + length + " and " + value);
            }
            length = value;
        }
        return new ContentLength(length);
    }

    /** Last transfer coding of a response. "identity" was one in RFC 2616, meaning none, and old servers still say it. */
    private static Optional<String> finalCoding(Fields fields) {
        String last = "";
        for (String coding : fields.members("Transfer-Encoding")) {
            last = coding.equalsIgnoreCase("identity") ? last : coding;
        }
        return last.isEmpty() ? Optional.empty() : Optional.of(last);
    }

    private static List<String> lengths(Fields fields) throws ProtocolException {
        List<String> members = fields.members("Content-Length");
        if (members.isEmpty()) {
            throw ProtocolException.badResponse("Content-Length is empty");
        }
        return members;
    }

    private static long parseLength(String text, ProtocolException.Side side) throws ProtocolException {
        // 18 digits hold 999 PB; more could overflow somewhere behind us.
        boolean digits = !text.isEmpty() && text.length() <= 18;
        for (int i = 0; digits && i < text.length(); i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (!digits) {
            throw ProtocolException.bad(side, "Content-Length is not a number of 1 to 18 digits");
        }
        return Long.parseLong(text);
    }
}
