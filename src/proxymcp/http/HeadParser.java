package proxymcp.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Parses one message head (RFC 9112 sections 2 to 5) from its octets.
 *
 * <p>Requests are read strictly: bare LF, obs-fold, space before a colon, NUL and anything that is no token where one is due end in 400.
 * Responses are read as browsers do where a mistake cannot move the end of the message, and each leniency leaves a note.
 */
public final class HeadParser {
    private final ProtocolException.Side side;
    private final HeadLimits limits;
    private final byte[] raw;
    /** The octets that fields view; a copy of {@code raw} once leniency had to change one. */
    private byte[] block;
    private int position;
    private int[] offsets = new int[16 * Fields.OFFSETS_PER_LINE];
    private int size;
    private List<String> notes = List.of();
    /** The last line was dropped: folded lines behind it belong to it, not to the field before. */
    private boolean dropping;

    private HeadParser(ProtocolException.Side side, HeadLimits limits, byte[] raw) {
        this.side = side;
        this.limits = limits;
        this.raw = raw;
        this.block = raw;
    }

    /**
     * Reads the next request head.
     *
     * @return empty if the connection ended before its first octet
     * @throws ProtocolException if it is malformed or beyond {@code limits}
     */
    public static Optional<RequestHead> readRequest(WireReader in, HeadLimits limits) throws java.io.IOException {
        in.skipEmptyLines();
        Optional<byte[]> head = readRequestBytes(in, limits.headBytesMax());
        return head.isEmpty() ? Optional.empty() : Optional.of(parseRequest(head.get(), limits));
    }

    private static Optional<byte[]> readRequestBytes(WireReader in, int headBytesMax) throws java.io.IOException {
        try {
            return in.readHead(ProtocolException.Side.CLIENT, headBytesMax);
        } catch (ProtocolException e) {
            // It is too long: which part of it decides the status (RFC 9110 section 15.5.15, RFC 6585 section 5).
            throw in.hasLineEnd(headBytesMax) ? e
                    : new ProtocolException(ProtocolException.Side.CLIENT, 414, "request line is longer than " + headBytesMax + " bytes");
        }
    }

    /**
     * Reads the next response head.
     *
     * @return empty if the connection ended before its first octet
     * @throws ProtocolException if it is malformed or beyond {@code limits}
     */
    public static Optional<ResponseHead> readResponse(WireReader in, HeadLimits limits) throws java.io.IOException {
        Optional<byte[]> head = in.readHead(ProtocolException.Side.SERVER, limits.headBytesMax());
        return head.isEmpty() ? Optional.empty() : Optional.of(parseResponse(head.get(), limits));
    }

    /** Parses a request head, {@code head} ending with its empty line. */
    public static RequestHead parseRequest(byte[] head, HeadLimits limits) throws ProtocolException {
        return new HeadParser(ProtocolException.Side.CLIENT, limits, head).request();
    }

    /** Parses a response head, {@code head} ending with its empty line. */
    public static ResponseHead parseResponse(byte[] head, HeadLimits limits) throws ProtocolException {
        return new HeadParser(ProtocolException.Side.SERVER, limits, head).response();
    }

    /** Parses a trailer section, {@code section} ending with its empty line. */
    static Fields parseTrailers(byte[] section, ProtocolException.Side side, HeadLimits limits) throws ProtocolException {
        return new HeadParser(side, limits, section).fields();
    }

    private RequestHead request() throws ProtocolException {
        int end = lineEnd();
        int space = indexOf(' ', 0, end);
        int lastSpace = lastIndexOf(' ', end);
        if (space <= 0 || lastSpace <= space || indexOf(' ', space + 1, lastSpace) >= 0) {
            throw bad("request line is not \"method target version\"");
        }
        if (!Ascii.isToken(raw, 0, space)) {
            throw bad("method is not a token");
        }
        String method = Ascii.text(raw, 0, space);
        String target = target(space + 1, lastSpace);
        HttpVersion version = version(lastSpace + 1, end);
        return new RequestHead(method, target, version, fields(), notes, raw);
    }

    private String target(int from, int to) throws ProtocolException {
        boolean obsText = false;
        for (int i = from; i < to; i++) {
            int octet = raw[i] & 0xFF;
            if (octet < 0x21 || octet == 0x7F) {
                throw bad("request target holds " + Ascii.shown(octet));
            }
            obsText |= octet > 0x7F;
        }
        if (from == to) {
            throw bad("request target is empty");
        }
        if (obsText) {
            note("request target holds octets above 0x7F that should be percent-encoded");
        }
        return Ascii.text(raw, from, to);
    }

    private ResponseHead response() throws ProtocolException {
        int end = lineEnd();
        int space = indexOf(' ', 0, end);
        HttpVersion version = version(0, space < 0 ? end : space);
        int at = space < 0 ? end : space + 1;
        if (end - at < 3 || !isDigit(at) || !isDigit(at + 1) || !isDigit(at + 2) || raw[at] == '0') {
            throw bad("status line has no status code of three digits");
        }
        int status = (raw[at] - '0') * 100 + (raw[at + 1] - '0') * 10 + raw[at + 2] - '0';
        int reasonAt = at + 3;
        if (reasonAt == end) {
            note("status line ends after the status code");
        } else if (raw[reasonAt] == ' ') {
            reasonAt++;
        } else {
            throw bad("status code is followed by " + Ascii.shown(raw[reasonAt]));
        }
        for (int i = reasonAt; i < end; i++) {
            if (raw[i] == 0 || raw[i] == '\r') {
                throw bad("reason phrase holds " + Ascii.shown(raw[i]));
            }
        }
        String reason = Ascii.text(raw, reasonAt, end);
        return new ResponseHead(version, status, reason, fields(), notes, raw);
    }

    private HttpVersion version(int from, int to) throws ProtocolException {
        boolean named = to - from == 8 && Ascii.text(raw, from, from + 5).equals("HTTP/")
                && isDigit(from + 5) && raw[from + 6] == '.' && isDigit(from + 7);
        if (!named) {
            throw bad(side == ProtocolException.Side.CLIENT ? "request line does not end in HTTP/1.0 or HTTP/1.1"
                    : "answer does not begin with HTTP/1.0 or HTTP/1.1");
        }
        int major = raw[from + 5] - '0';
        int minor = raw[from + 7] - '0';
        if (major != 1) {
            throw new ProtocolException(side, side == ProtocolException.Side.CLIENT ? 505 : 502,
                    "HTTP version " + major + "." + minor + " is not spoken here, only 1.0 and 1.1");
        }
        return minor == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
    }

    private Fields fields() throws ProtocolException {
        while (true) {
            int start = position;
            int end = lineEnd();
            if (end == start) {
                return size == 0 ? Fields.EMPTY : new Fields(block, Arrays.copyOf(offsets, size * Fields.OFFSETS_PER_LINE), size);
            }
            if (raw[start] == ' ' || raw[start] == '\t') {
                unfold(start, end);
            } else {
                field(start, end);
            }
        }
    }

    private void field(int start, int end) throws ProtocolException {
        int colon = indexOf(':', start, end);
        int nameEnd = colon < 0 ? end : colon;
        boolean client = side == ProtocolException.Side.CLIENT;
        if (!client && colon > start) {
            while (nameEnd > start && isBlank(raw[nameEnd - 1])) {
                nameEnd--;
            }
            if (nameEnd < colon) {
                // RFC 9112 section 5.1 has a proxy remove it from responses.
                note("white space between a field name and its colon was removed");
                colon = closeUp(nameEnd, colon);
            }
        }
        if (colon < 0 || !Ascii.isToken(raw, start, nameEnd)) {
            if (client) {
                throw bad(colon < 0 ? "field line has no colon"
                        : colon > start && isBlank(raw[colon - 1]) ? "white space between a field name and its colon"
                                : "field name is not a token");
            }
            note("a line of the field section that is no field line was dropped");
            dropping = true;
            return;
        }
        dropping = false;
        add(start, nameEnd, colon + 1, end);
    }

    /** Moves the name and the colon apart again: blanks before the colon become part of the space behind it. */
    private int closeUp(int nameEnd, int colon) {
        ownBlock();
        block[colon] = ' ';
        block[nameEnd] = ':';
        return nameEnd;
    }

    private void add(int start, int nameEnd, int from, int to) throws ProtocolException {
        for (int i = from; i < to; i++) {
            if (raw[i] == 0 || raw[i] == '\r') {
                throw bad("value of field " + Ascii.text(raw, start, nameEnd) + " holds " + Ascii.shown(raw[i]));
            }
        }
        int valueStart = from;
        int valueEnd = to;
        while (valueStart < valueEnd && isBlank(block[valueStart])) {
            valueStart++;
        }
        while (valueEnd > valueStart && isBlank(block[valueEnd - 1])) {
            valueEnd--;
        }
        if (size == limits.fieldsMax()) {
            throw new ProtocolException(side, side == ProtocolException.Side.CLIENT ? 431 : 502,
                    "more than " + limits.fieldsMax() + " field lines");
        }
        if ((size + 1) * Fields.OFFSETS_PER_LINE > offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        int at = size++ * Fields.OFFSETS_PER_LINE;
        offsets[at] = start;
        offsets[at + 1] = nameEnd;
        offsets[at + 2] = valueStart;
        offsets[at + 3] = valueEnd;
    }

    /** A continuation line (obs-fold, RFC 9112 section 5.2): 400 in a request, joined by spaces in a response. */
    private void unfold(int start, int end) throws ProtocolException {
        if (side == ProtocolException.Side.CLIENT) {
            throw bad("field line is folded (obs-fold)");
        }
        if (dropping) {
            return;
        }
        if (size == 0) {
            throw bad("field section begins with a folded line");
        }
        note("a folded field line (obs-fold) was joined");
        ownBlock();
        int at = --size * Fields.OFFSETS_PER_LINE;
        int valueEnd = offsets[at + 3];
        // Everything between the old end and this line is line ends and blanks.
        Arrays.fill(block, valueEnd, start, (byte) ' ');
        for (int i = start; i < end; i++) {
            if (raw[i] == 0 || raw[i] == '\r') {
                throw bad("folded field line holds " + Ascii.shown(raw[i]));
            }
        }
        int nameStart = offsets[at];
        int nameEnd = offsets[at + 1];
        int valueStart = offsets[at + 2];
        while (end > valueStart && isBlank(block[end - 1])) {
            end--;
        }
        while (valueStart < end && isBlank(block[valueStart])) {
            valueStart++;
        }
        offsets[at] = nameStart;
        offsets[at + 1] = nameEnd;
        offsets[at + 2] = valueStart;
        offsets[at + 3] = end;
        size++;
    }

    private void ownBlock() {
        if (block == raw) {
            block = raw.clone();
        }
    }

    /** End of the line at {@link #position}, which moves behind it. */
    private int lineEnd() throws ProtocolException {
        int start = position;
        for (int i = start; i < raw.length; i++) {
            if (raw[i] == '\n') {
                position = i + 1;
                if (i > start && raw[i - 1] == '\r') {
                    return i - 1;
                }
                if (side == ProtocolException.Side.CLIENT) {
                    throw bad("line ends in LF without CR");
                }
                note("a line ended in LF without CR");
                return i;
            }
        }
        throw bad("head does not end with an empty line");
    }

    private int indexOf(char c, int from, int to) {
        for (int i = from; i < to; i++) {
            if (raw[i] == c) {
                return i;
            }
        }
        return -1;
    }

    private int lastIndexOf(char c, int to) {
        int i = to - 1;
        while (i >= 0 && raw[i] != c) {
            i--;
        }
        return i;
    }

    private boolean isDigit(int at) {
        return raw[at] >= '0' && raw[at] <= '9';
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            List<String> all = new ArrayList<>(notes);
            all.add(note);
            notes = List.copyOf(all);
        }
    }

    private ProtocolException bad(String message) {
        return ProtocolException.bad(side, message);
    }
}
