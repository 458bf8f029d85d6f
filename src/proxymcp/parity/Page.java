package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import proxymcp.diff.ValueFormat;

/**
 * What an HTML page is made of, read leniently, tag by tag.
 *
 * @param title its title, stripped
 * @param counts what programs find their way by, with how often it is there: {@code form}, {@code input[name=q]}, {@code div#results}, {@code li.item}; at most
 *     {@link #FEATURES_MAX}
 * @param words the words that are seen, in order; at most {@link #WORDS_MAX}
 * @param content those of them that are not of its title, navigation, header or footer: what the page is there for
 * @param raw the beginning of the page in lower case, which marks are looked for in
 * @param source the page
 */
record Page(String title, Map<String, Integer> counts, List<String> words, List<String> content, String raw, String source) {
    static final int FEATURES_MAX = 2_000;
    static final int WORDS_MAX = 20_000;
    private static final int RAW_CHARS = 100_000;
    private static final int NAME_CHARS_MAX = 60;
    private static final Set<String> HIDDEN = Set.of("script", "style", "template", "svg", "noscript");
    /** What pages of a site have around what each is there for. */
    private static final Set<String> AROUND = Set.of("header", "footer", "nav", "head");
    private static final Set<String> PLAIN = Set.of("form", "table", "h1", "main", "nav", "article", "video", "iframe", "select", "textarea", "td");

    /** Whether a text begins as a page does. */
    static boolean looksLikeOne(String text) {
        String start = text.substring(0, Math.min(text.length(), 500)).stripLeading().toLowerCase(Locale.ROOT);
        return start.startsWith("<!doctype html") || start.startsWith("<html") || start.startsWith("<head") || start.startsWith("<body");
    }

    /** Reads a page. */
    static Page of(String html) {
        return new Reader(html).read();
    }

    /** What programs find their way by. */
    Set<String> features() {
        return counts.keySet();
    }

    /** Whether a feature was found. */
    boolean has(String feature) {
        return counts.containsKey(feature);
    }

    /** Goes through a page once. */
    private static final class Reader {
        private final String html;
        private final Map<String, Integer> counts = new HashMap<>();
        private final List<String> words = new ArrayList<>();
        private final List<String> content = new ArrayList<>();
        private final StringBuilder title = new StringBuilder();
        private boolean inTitle;
        /** Which element around the content is open; empty if none. Those within it are not counted, as what closes them may be left out. */
        private String around = "";

        Reader(String html) {
            this.html = html;
        }

        Page read() {
            int at = 0;
            while (at < html.length()) {
                int tag = html.indexOf('<', at);
                text(at, tag < 0 ? html.length() : tag);
                if (tag < 0) {
                    break;
                }
                if (html.startsWith("<!--", tag)) {
                    int end = html.indexOf("-->", tag + 4);
                    at = end < 0 ? html.length() : end + 3;
                } else {
                    at = tag(tag);
                }
            }
            String raw = html.substring(0, Math.min(html.length(), RAW_CHARS)).toLowerCase(Locale.ROOT);
            return new Page(Shown.text(title.toString().strip()), Map.copyOf(counts), List.copyOf(words), List.copyOf(content), raw, html);
        }

        private void text(int from, int end) {
            if (inTitle) {
                title.append(html, from, Math.min(end, from + 1_000));
            }
            int start = -1;
            for (int i = from; i <= end; i++) {
                boolean space = i == end || Character.isWhitespace(html.charAt(i));
                if (!space && start < 0) {
                    start = i;
                } else if (space && start >= 0) {
                    if (words.size() < WORDS_MAX) {
                        String word = html.substring(start, Math.min(i, start + 200));
                        words.add(word);
                        if (!inTitle && around.isEmpty()) {
                            content.add(word);
                        }
                    }
                    start = -1;
                }
            }
        }

        /** Takes the tag at {@code from}; returns where reading goes on. */
        private int tag(int from) {
            int end = html.indexOf('>', from);
            if (end < 0) {
                return html.length();
            }
            boolean closing = html.startsWith("</", from);
            int nameEnd = from + (closing ? 2 : 1);
            int nameStart = nameEnd;
            while (nameEnd < end && Character.isLetterOrDigit(html.charAt(nameEnd))) {
                nameEnd++;
            }
            String name = html.substring(nameStart, nameEnd).toLowerCase(Locale.ROOT);
            inTitle = name.equals("title") && !closing;
            if (!closing && (name.equals("body") || name.equals("main") || around.isEmpty() && AROUND.contains(name))) {
                around = AROUND.contains(name) ? name : "";
            } else if (closing && name.equals(around)) {
                around = "";
            }
            if (!closing && !name.isEmpty() && counts.size() < FEATURES_MAX) {
                features(name, html.substring(nameEnd, Math.min(end, nameEnd + 4_000)));
            }
            if (HIDDEN.contains(name) && !closing) {
                int close = indexOfClose(name, end);
                return close < 0 ? html.length() : close;
            }
            return end + 1;
        }

        private int indexOfClose(String name, int from) {
            for (int at = html.indexOf("</", from); at >= 0; at = html.indexOf("</", at + 2)) {
                if (html.regionMatches(true, at + 2, name, 0, name.length())) {
                    return at;
                }
            }
            return -1;
        }

        private void features(String tag, String attributes) {
            if (PLAIN.contains(tag)) {
                counts.merge(tag, 1, Integer::sum);
            }
            if (tag.equals("input") || tag.equals("select") || tag.equals("textarea") || tag.equals("meta")) {
                add(tag + "[name=", attribute(attributes, "name"), "]");
            }
            if (tag.equals("input") && attribute(attributes, "type").equalsIgnoreCase("password")) {
                counts.merge("input[type=password]", 1, Integer::sum);
            }
            add(tag + "#", attribute(attributes, "id"), "");
            String classes = attribute(attributes, "class").strip();
            add(tag + ".", classes.split("\\s+", 2)[0], "");
        }

        /** Names that are made up, or have a number, are another each time. */
        private void add(String before, String name, String behind) {
            ValueFormat format = ValueFormat.of(name);
            boolean named = format == ValueFormat.WORD || format == ValueFormat.TEXT || format == ValueFormat.BOOLEAN;
            if (!name.isEmpty() && name.length() <= NAME_CHARS_MAX && named && name.chars().noneMatch(c -> c >= '0' && c <= '9')) {
                counts.merge(before + name + behind, 1, Integer::sum);
            }
        }

        private static String attribute(String attributes, String name) {
            String lower = attributes.toLowerCase(Locale.ROOT);
            for (int at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + 1)) {
                boolean begins = at > 0 && (Character.isWhitespace(lower.charAt(at - 1)) || "\"'".indexOf(lower.charAt(at - 1)) >= 0);
                int equals = at + name.length();
                while (equals < lower.length() && lower.charAt(equals) == ' ') {
                    equals++;
                }
                if (begins && equals < lower.length() && lower.charAt(equals) == '=') {
                    return value(attributes, equals + 1);
                }
            }
            return "";
        }

        private static String value(String attributes, int from) {
            int start = from;
            while (start < attributes.length() && attributes.charAt(start) == ' ') {
                start++;
            }
            if (start == attributes.length()) {
                return "";
            }
            char quote = attributes.charAt(start);
            boolean quoted = quote == '"' || quote == '\'';
            int end = quoted ? attributes.indexOf(quote, start + 1) : start;
            while (!quoted && end < attributes.length() && !Character.isWhitespace(attributes.charAt(end))) {
                end++;
            }
            return end < 0 ? "" : attributes.substring(quoted ? start + 1 : start, end);
        }
    }
}
