package proxymcp.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Heads as they go on. Everything stays as it came, in order and case, but for what belongs to one connection alone
 * (RFC 9110 section 7.6.1) and what the framing on the other side needs.
 *
 * <p>No {@code Via} is added: an origin that sees one answers differently, and what is captured would no longer be what the client gets
 * without us. Loops are refused by address instead.
 */
public final class ForwardHeads {
    /** Connection options that say nothing about other fields. */
    private static final Set<String> PLAIN_OPTIONS = Set.of("keep-alive", "close", "upgrade", "te");
    /** Fields that a Connection option cannot take away: without them the message would mean something else. */
    private static final Set<String> PROTECTED = Set.of("host", "content-length", "transfer-encoding", "trailer", "authorization", "cookie",
            "set-cookie", "content-type", "content-encoding");

    private ForwardHeads() {}

    /**
     * A request for the origin.
     *
     * @param head as received
     * @param target request target for the origin
     * @param host value that Host must have; empty to leave the field alone
     * @param explicit whether the client addressed the request to a proxy
     */
    public static RequestHead toOrigin(RequestHead head, String target, String host, boolean explicit) {
        Fields fields = head.fields();
        Set<String> named = namedByConnection(fields);
        boolean hostMissing = !host.isEmpty() && !fields.contains("Host");
        Fields.Builder kept = new Fields.Builder();
        boolean changed = hostMissing;
        if (hostMissing) {
            kept.add("Host", host);
        }
        for (int i = 0; i < fields.size(); i++) {
            if (!host.isEmpty() && fields.isNamed(i, "Host") && !fields.value(i).equalsIgnoreCase(host)) {
                kept.add(fields.name(i), host);
                changed = true;
            } else if (fields.isNamed(i, "Connection") && !named.isEmpty()) {
                addPlainOptions(fields, i, kept);
                changed = true;
            } else if (belongsToConnection(fields, i, named, explicit)) {
                changed = true;
            } else {
                kept.addLine(fields, i);
            }
        }
        RequestHead forward = target.equals(head.target()) ? head : head.withTarget(target);
        return changed ? forward.withFields(kept.build()) : forward;
    }

    /**
     * A response for the client.
     *
     * @param head as received
     * @param framing how its body ends on the origin's side
     * @param clientVersion version of the request
     * @param close whether the client's connection ends with it
     */
    public static ResponseHead toClient(ResponseHead head, BodyFraming framing, HttpVersion clientVersion, boolean close) {
        Fields fields = head.fields();
        Set<String> named = namedByConnection(fields);
        boolean upgrade = head.status() == 101;
        boolean chunked = framing instanceof BodyFraming.Chunked;
        boolean unchunk = chunked && clientVersion == HttpVersion.HTTP_1_0;
        Fields.Builder kept = new Fields.Builder();
        boolean changed = false;
        boolean lengthSeen = false;
        boolean closeSaid = false;
        for (int i = 0; i < fields.size(); i++) {
            boolean connection = fields.isNamed(i, "Connection");
            boolean length = fields.isNamed(i, "Content-Length");
            boolean keep;
            if (connection) {
                closeSaid |= close && fields.value(i).equalsIgnoreCase("close");
                keep = upgrade || fields.value(i).equalsIgnoreCase(close ? "close" : "keep-alive");
            } else if (length) {
                boolean first = !lengthSeen && !(framing instanceof BodyFraming.Chunked || framing instanceof BodyFraming.UntilClose);
                lengthSeen = true;
                keep = first && fields.value(i).indexOf(',') < 0;
                if (first && !keep && framing instanceof BodyFraming.ContentLength(long bytes)) {
                    // RFC 9110 section 8.6: equal members become one, as clients refuse a list.
                    kept.add(fields.name(i), Long.toString(bytes));
                }
            } else if (fields.isNamed(i, "Transfer-Encoding")) {
                keep = !unchunk;
            } else {
                keep = !belongsToConnection(fields, i, named, false) || upgrade && fields.isNamed(i, "Upgrade");
            }
            if (keep) {
                kept.addLine(fields, i);
            } else {
                changed = true;
            }
        }
        if (close && !closeSaid && !upgrade) {
            kept.add("Connection", "close");
            changed = true;
        }
        ResponseHead forward = head.version() == HttpVersion.HTTP_1_1 || !chunked ? head : asHttp11(head);
        return changed ? new ResponseHead(forward.version(), head.status(), head.reason(), kept.build(), head.notes(), head.raw()) : forward;
    }

    /** An HTTP/1.0 response cannot be chunked, yet some are: what we pass on says 1.1. */
    private static ResponseHead asHttp11(ResponseHead head) {
        return new ResponseHead(HttpVersion.HTTP_1_1, head.status(), head.reason(), head.fields(), head.notes(), head.raw());
    }

    private static boolean belongsToConnection(Fields fields, int index, Set<String> named, boolean explicit) {
        if (!named.isEmpty() && named.contains(fields.name(index).toLowerCase(Locale.ROOT))) {
            return true;
        }
        if (fields.isNamed(index, "Keep-Alive") || fields.isNamed(index, "Proxy-Connection")) {
            return true;
        }
        return explicit && fields.isNamed(index, "Proxy-Authorization");
    }

    /** Names of other fields that Connection says end here, lower case. */
    private static Set<String> namedByConnection(Fields fields) {
        List<String> options = fields.members("Connection");
        Set<String> named = Set.of();
        for (String option : options) {
            String name = option.toLowerCase(Locale.ROOT);
            if (!PLAIN_OPTIONS.contains(name) && !PROTECTED.contains(name)) {
                named = named.isEmpty() ? new java.util.HashSet<>() : named;
                named.add(name);
            }
        }
        return named;
    }

    private static void addPlainOptions(Fields fields, int index, Fields.Builder kept) {
        StringBuilder options = new StringBuilder();
        for (String option : fields.value(index).split(",", -1)) {
            String name = option.strip();
            if (PLAIN_OPTIONS.contains(name.toLowerCase(Locale.ROOT))) {
                options.append(options.isEmpty() ? "" : ", ").append(name);
            }
        }
        if (!options.isEmpty()) {
            kept.add(fields.name(index), options.toString());
        }
    }
}
