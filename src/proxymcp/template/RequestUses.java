package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.decode.PercentCoding;
import proxymcp.diff.Document;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;
import proxymcp.diff.Side;
import proxymcp.diff.ValueType;
import proxymcp.json.JsonArray;

/** Lists what a request sends that may come from somewhere. */
final class RequestUses {
    private static final int USES_MAX = 2_000;
    /** Fields that say what a client is and wants, that frame a body, or that copy where it has been: nothing depends on them. */
    private static final Set<String> PLAIN_HEADERS = Set.of("host", "user-agent", "accept", "accept-language", "accept-encoding", "accept-charset",
            "connection", "proxy-connection", "keep-alive", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer",
            "upgrade", "upgrade-insecure-requests", "referer", "origin", "cache-control", "pragma", "range", "expect", "dnt", "priority", "date", "via", "forwarded", "x-forwarded-for",
            "x-forwarded-host", "x-forwarded-proto", "x-requested-with", "content-md5-sum", "access-control-request-method",
            "access-control-request-headers", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol");

    private RequestUses() {}

    /** Whether a field of a request tells of nothing that a flow needs. */
    static boolean isPlain(String lowerName) {
        return PLAIN_HEADERS.contains(lowerName) && !lowerName.equals("date") && !lowerName.equals("sec-websocket-protocol")
                || lowerName.startsWith("sec-ch-") || lowerName.startsWith("sec-fetch-") || lowerName.startsWith("sec-gpc");
    }

    /** The values of a request, those inside of others behind them. */
    static List<Use> of(ExchangeFields fields) {
        List<Use> uses = new ArrayList<>();
        Map<String, String> segments = new HashMap<>();
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().side() == Side.REQUEST && uses.size() < USES_MAX) {
                flat(leaf, segments, uses);
            }
        }
        for (Document document : fields.documents()) {
            if (document.side() == Side.REQUEST) {
                document(document, uses);
            }
        }
        return uses;
    }

    private static void flat(Leaf leaf, Map<String, String> segments, List<Use> uses) {
        String name = leaf.location().name();
        switch (leaf.location().part()) {
            case PATH -> {
                int number = segments.size();
                String before = number == 0 ? "" : segments.get(Integer.toString(number));
                segments.put(Integer.toString(number + 1), leaf.value());
                if (!leaf.value().isEmpty()) {
                    uses.add(new Use(Part.PATH, Integer.toString(number + 1), before, PercentCoding.text(leaf.value(), false), ""));
                }
            }
            case QUERY, FORM -> {
                if (!name.isEmpty()) {
                    uses.add(new Use(leaf.location().part(), leaf.at(), name, leaf.value(), ""));
                }
            }
            case COOKIE -> uses.add(new Use(Part.COOKIE, leaf.at(), name, leaf.value(), ""));
            case MULTIPART -> {
                if (name.indexOf(';') < 0) {
                    uses.add(new Use(Part.MULTIPART, leaf.at(), name, leaf.value(), ""));
                }
            }
            case HEADER -> {
                if (!isPlain(name)) {
                    uses.add(new Use(Part.HEADER, leaf.at(), name, leaf.value(), ""));
                    credentials(leaf, uses);
                }
            }
            case METHOD, JSON, JWT, LAYER, STATUS, BODY, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> { }
        }
    }

    /** User and password of Basic credentials (RFC 7617). */
    private static void credentials(Leaf leaf, List<Use> uses) {
        String value = leaf.value();
        Optional<String> pair = value.regionMatches(true, 0, "Basic ", 0, 6) ? ResponseValues.printable(value.substring(6).strip()) : Optional.empty();
        int colon = pair.map(text -> text.indexOf(':')).orElse(-1);
        if (colon >= 0) {
            String holder = Use.location(Part.HEADER, leaf.at());
            uses.add(new Use(Part.LAYER, leaf.at() + ".user", "username", pair.orElseThrow().substring(0, colon), holder));
            uses.add(new Use(Part.LAYER, leaf.at() + ".password", "password", pair.orElseThrow().substring(colon + 1), holder));
        }
    }

    private static void document(Document document, List<Use> uses) {
        if (document.part() == Part.BODY) {
            if (document.root() instanceof JsonArray lines) {
                BodyWords.of(lines, uses);
            }
            return;
        }
        String holder = document.holderAt().isEmpty() ? "" : holder(document.holderAt());
        for (Leaf leaf : document.leaves()) {
            boolean scalar = leaf.type() == ValueType.STRING || leaf.type() == ValueType.NUMBER;
            if (scalar && uses.size() < USES_MAX) {
                uses.add(new Use(document.part(), leaf.at(), lastName(leaf.at()), leaf.value(), holder));
            }
        }
    }

    /** The location of the value that holds a document: a header by its name alone, others with their part. */
    private static String holder(String at) {
        if (at.startsWith("$")) {
            return Use.location(Part.JSON, at);
        }
        boolean withPart = at.startsWith("cookie.") || at.startsWith("query.") || at.startsWith("form.") || at.startsWith("multipart.");
        return withPart ? "request." + at : Use.location(Part.HEADER, at);
    }

    /** The last name of a path: {@code id} of {@code $.items[3].id}. */
    static String lastName(String path) {
        int end = path.length();
        int open = open(path, end);
        while (open >= 0 && !isQuote(path, open + 1)) {
            end = open;
            open = open(path, end);
        }
        if (open >= 0) {
            return path.substring(open + 2, Math.max(open + 2, end - 2));
        }
        return path.substring(path.lastIndexOf('.', end - 1) + 1, end);
    }

    /** Where the bracket begins that ends a path of that many characters; negative if it ends with none. */
    private static int open(String path, int end) {
        if (end == 0 || path.charAt(end - 1) != ']') {
            return -1;
        }
        boolean quoted = end > 2 && isQuote(path, end - 2);
        return quoted ? path.lastIndexOf("[" + path.charAt(end - 2), end - 3) : path.lastIndexOf('[', end);
    }

    private static boolean isQuote(String path, int at) {
        return path.charAt(at) == '"' || path.charAt(at) == '\'';
    }

    /** The name of what the last name is in: {@code items} of {@code $.items[3].id}; empty at the top. */
    static String nameAround(String path) {
        int open = open(path, path.length());
        int end = open >= 0 && isQuote(path, open + 1) ? open : path.lastIndexOf('.');
        return end <= 1 ? "" : lastName(path.substring(0, end));
    }
}
