package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the contents of the parts of a multipart body stand in it (RFC 2046 section 5.1). */
final class MultipartRanges {
    private static final int PARTS_MAX = 1_000;
    private static final Pattern BOUNDARY = Pattern.compile("(?i);\\s{0,8}boundary=(?:\"([^\"]{1,200})\"|([^;\\s]{1,200}))");
    private static final Pattern NAME = Pattern.compile("(?i)content-disposition:[^\\r\\n]{0,200}?[;\\s]name=(?:\"([^\"\\r\\n]{0,200})\"|([^;\\s]{1,200}))");

    /**
     * The content of a part.
     *
     * @param at its name as the field model has it: of several of one name {@code a#2}
     * @param from index of its first octet
     * @param to index behind its last one
     */
    record Range(String at, int from, int to) {}

    private MultipartRanges() {}

    /** The parts in order; empty if the body is no multipart body as its field says. */
    static List<Range> of(String contentType, byte[] body) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        List<Range> ranges = new ArrayList<>();
        if (!boundary.find()) {
            return ranges;
        }
        String octets = new String(body, StandardCharsets.ISO_8859_1);
        String delimiter = "--" + Optional.ofNullable(boundary.group(1)).orElse(boundary.group(2));
        Map<String, Integer> counts = new HashMap<>();
        int at = octets.startsWith(delimiter) ? 0 : octets.indexOf("\r\n" + delimiter);
        at = at > 0 ? at + 2 : at;
        while (at >= 0 && ranges.size() < PARTS_MAX && !octets.startsWith("--", at + delimiter.length())) {
            int head = octets.indexOf("\r\n", at);
            int end = head < 0 ? -1 : octets.indexOf("\r\n" + delimiter, head);
            int content = end < 0 ? -1 : octets.indexOf("\r\n\r\n", head);
            if (content < 0 || content > end) {
                return List.of();
            }
            Matcher name = NAME.matcher(octets.substring(head, content));
            String named = name.find() ? new String(Optional.ofNullable(name.group(1)).orElse(name.group(2)).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                    : "part " + (ranges.size() + 1);
            int count = counts.merge(named, 1, Integer::sum);
            ranges.add(new Range(count == 1 ? named : named + "#" + count, Math.min(content + 4, end), end));
            at = end + 2;
        }
        return at < 0 ? List.of() : ranges;
    }
}
