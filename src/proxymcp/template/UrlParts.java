package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.decode.PercentCoding;

/** What a URL, whole or relative, holds. */
record UrlParts(List<String> segments, Map<String, String> query, Map<String, String> fragment) {
    /** Empty if the text is no URL: it needs a scheme or a leading slash or question mark, and no blanks. */
    static Optional<UrlParts> of(String text) {
        int scheme = text.indexOf("://");
        boolean absolute = scheme > 0 && scheme <= 10;
        boolean relative = text.startsWith("/") || text.startsWith("?") || text.startsWith("#");
        boolean bare = !text.isEmpty() && text.indexOf('?') > 0;
        if (!absolute && !relative && !bare || text.indexOf(' ') >= 0 || text.indexOf('\n') >= 0) {
            return Optional.empty();
        }
        int hash = text.indexOf('#');
        String before = hash < 0 ? text : text.substring(0, hash);
        int question = before.indexOf('?');
        String path = question < 0 ? before : before.substring(0, question);
        if (absolute) {
            int slash = path.indexOf('/', scheme + 3);
            path = slash < 0 ? "" : path.substring(slash);
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)) {
            segments.add(PercentCoding.text(segment, false));
        }
        return Optional.of(new UrlParts(segments, pairs(question < 0 ? "" : before.substring(question + 1)),
                pairs(hash < 0 ? "" : text.substring(hash + 1))));
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                pairs.putIfAbsent(PercentCoding.text(pair.substring(0, equals), true), PercentCoding.text(pair.substring(equals + 1), true));
            }
        }
        return pairs;
    }

    Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    Optional<String> fragment(String name) {
        return Optional.ofNullable(fragment.get(name));
    }

    /** The segment of a number from 1. */
    Optional<String> segment(String number) {
        for (int i = 0; i < segments.size(); i++) {
            if (number.equals(Integer.toString(i + 1))) {
                return Optional.of(segments.get(i));
            }
        }
        return Optional.empty();
    }
}
