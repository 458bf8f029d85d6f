package proxymcp.decode;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of an HTML page, a block a line. {@code #} marks headings, {@code -} items, {@code [text](target)} links, {@code <input name type value>}
 * fields. Read leniently, tag by tag; it builds no tree.
 */
final class HtmlOutline {
    private static final Set<String> BLOCKS = Set.of("p", "div", "section", "article", "header", "footer", "nav", "main", "aside", "ul", "ol", "table",
            "tr", "form", "br", "hr", "blockquote", "pre", "dl", "dt", "dd", "fieldset", "legend", "figure", "figcaption", "option", "select", "body",
            "html", "head", "title", "h1", "h2", "h3", "h4", "h5", "h6", "li", "label", "details", "summary", "textarea", "button");
    private static final Set<String> OPAQUE = Set.of("script", "style", "template", "svg", "iframe", "noembed", "noframes", "math");
    private static final Map<String, String> ENTITIES = Map.ofEntries(Map.entry("amp", "&"), Map.entry("lt", "<"), Map.entry("gt", ">"),
            Map.entry("quot", "\""), Map.entry("apos", "'"), Map.entry("nbsp", " "), Map.entry("copy", "\u00a9"), Map.entry("reg", "\u00ae"),
            Map.entry("mdash", "\u2014"), Map.entry("ndash", "\u2013"), Map.entry("hellip", "\u2026"), Map.entry("laquo", "\u00ab"),
            Map.entry("raquo", "\u00bb"), Map.entry("euro", "\u20ac"), Map.entry("middot", "\u00b7"), Map.entry("bull", "\u2022"),
            Map.entry("rsquo", "\u2019"), Map.entry("lsquo", "\u2018"), Map.entry("rdquo", "\u201d"), Map.entry("ldquo", "\u201c"),
            Map.entry("auml", "\u00e4"), Map.entry("ouml", "\u00f6"), Map.entry("uuml", "\u00fc"), Map.entry("szlig", "\u00df"),
            Map.entry("eacute", "\u00e9"), Map.entry("times", "\u00d7"), Map.entry("rarr", "\u2192"), Map.entry("larr", "\u2190"));
    private static final Pattern ATTRIBUTE = Pattern.compile("([a-zA-Z][-a-zA-Z0-9:_]*)(?:\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>]+)))?");
    private static final int ENTITY_CHARS_MAX = 10;
    private static final int TARGET_CHARS_MAX = 300;
    private static final int LINKS_OPEN_MAX = 64;

    private final String html;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder line = new StringBuilder();
    private final Deque<String> targets = new ArrayDeque<>();
    private String prefix = "";

    HtmlOutline(String html) {
        this.html = html;
    }

    /** The outline. */
    String text() {
        int at = 0;
        while (at < html.length()) {
            int tag = html.indexOf('<', at);
            addText(at, tag < 0 ? html.length() : tag);
            if (tag < 0) {
                break;
            }
            at = html.startsWith("<!--", tag) ? behind("-->", tag + 4) : isTag(tag) ? tag(tag) : literal(tag);
        }
        endLine();
        return out.toString().strip();
    }

    private boolean isTag(int at) {
        if (at + 1 >= html.length()) {
            return false;
        }
        char c = html.charAt(at + 1);
        return c == '/' || c == '!' || c == '?' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private int literal(int at) {
        line.append('<');
        return at + 1;
    }

    private int behind(String end, int from) {
        int found = html.indexOf(end, from);
        return found < 0 ? html.length() : found + end.length();
    }

    /** Takes the tag at {@code from}; returns where reading goes on. */
    private int tag(int from) {
        boolean closing = html.charAt(from + 1) == '/';
        int start = from + (closing ? 2 : 1);
        int end = start;
        while (end < html.length() && Character.isLetterOrDigit(html.charAt(end))) {
            end++;
        }
        String name = html.substring(start, end).toLowerCase(Locale.ROOT);
        int close = endOfTag(end);
        String attributes = html.substring(end, Math.max(end, Math.min(close - 1, html.length())));
        if (OPAQUE.contains(name) && !closing && !attributes.endsWith("/")) {
            return endOfOpaque(name, close);
        }
        if (closing) {
            closeTag(name);
        } else {
            openTag(name, attributes);
        }
        return close;
    }

    /** Behind the {@code >} that is in no quotes. */
    private int endOfTag(int from) {
        char quote = 0;
        for (int at = from; at < html.length(); at++) {
            char c = html.charAt(at);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if ((c == '"' || c == '\'') && html.charAt(at - 1) == '=') {
                quote = c;
            } else if (c == '>') {
                return at + 1;
            }
        }
        return html.length();
    }

    private int endOfOpaque(String name, int from) {
        String closing = "</" + name;
        for (int at = html.indexOf("</", from); at >= 0; at = html.indexOf("</", at + 2)) {
            if (html.regionMatches(true, at, closing, 0, closing.length())) {
                return behind(">", at);
            }
        }
        return html.length();
    }

    private void openTag(String name, String attributes) {
        if (BLOCKS.contains(name)) {
            endLine();
        }
        switch (name) {
            case "title" -> prefix = "title: ";
            case "h1", "h2", "h3", "h4", "h5", "h6" -> prefix = "#".repeat(name.charAt(1) - '0') + " ";
            case "li" -> prefix = "- ";
            case "td", "th" -> line.append(line.isEmpty() ? "" : " | ");
            case "a" -> {
                if (targets.size() < LINKS_OPEN_MAX) {
                    targets.push(attribute(attributes, "href").orElse(""));
                    line.append(targets.peek().isEmpty() ? "" : "[");
                }
            }
            case "img" -> attribute(attributes, "alt").filter(alt -> !alt.isBlank()).ifPresent(alt -> line.append("(image: ").append(alt).append(')'));
            case "meta" -> attribute(attributes, "name").filter("description"::equals).flatMap(any -> attribute(attributes, "content"))
                    .ifPresent(content -> block("description: " + content));
            case "form" -> block("<form " + attribute(attributes, "method").orElse("get") + " " + attribute(attributes, "action").orElse("") + ">");
            case "input", "select", "textarea", "button" -> field(name, attributes);
            default -> { }
        }
    }

    private void closeTag(String name) {
        if (name.equals("a") && !targets.isEmpty()) {
            String target = targets.pop();
            if (!target.isEmpty()) {
                line.append("](").append(target.length() > TARGET_CHARS_MAX ? target.substring(0, TARGET_CHARS_MAX) + "..." : target).append(')');
            }
        }
        if (BLOCKS.contains(name)) {
            endLine();
        }
    }

    private void field(String tag, String attributes) {
        StringBuilder field = new StringBuilder("<").append(tag);
        for (String name : new String[] {"name", "type", "value"}) {
            attribute(attributes, name).ifPresent(value -> field.append(' ').append(name).append('=').append(value));
        }
        block(field.append('>').toString());
    }

    private static Optional<String> attribute(String attributes, String name) {
        Matcher matcher = ATTRIBUTE.matcher(attributes);
        while (matcher.find()) {
            if (matcher.group(1).equalsIgnoreCase(name)) {
                for (int group = 2; group <= 4; group++) {
                    if (matcher.group(group) != null) {
                        return Optional.of(unescaped(matcher.group(group)));
                    }
                }
                return Optional.of("");
            }
        }
        return Optional.empty();
    }

    private void block(String text) {
        endLine();
        line.append(text);
        endLine();
    }

    private void addText(int from, int end) {
        if (end > from) {
            String text = unescaped(html.substring(from, end));
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (!Character.isWhitespace(c) && c != '\u00a0') {
                    line.append(c);
                } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                    line.append(' ');
                }
            }
        }
    }

    private void endLine() {
        String text = line.toString().strip();
        if (!text.isEmpty()) {
            out.append(prefix).append(text).append('\n');
            prefix = "";
        }
        line.setLength(0);
    }

    private static String unescaped(String text) {
        int at = text.indexOf('&');
        if (at < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int from = 0;
        while (at >= 0) {
            int end = text.indexOf(';', at);
            Optional<String> character = end < 0 || end - at > ENTITY_CHARS_MAX ? Optional.empty() : entity(text.substring(at + 1, end));
            if (character.isPresent()) {
                plain.append(text, from, at).append(character.get());
                from = end + 1;
            }
            at = text.indexOf('&', Math.max(at + 1, from));
        }
        return plain.append(text, from, text.length()).toString();
    }

    private static Optional<String> entity(String name) {
        if (!name.startsWith("#")) {
            return Optional.ofNullable(ENTITIES.get(name));
        }
        try {
            boolean hex = name.startsWith("#x") || name.startsWith("#X");
            int point = Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
            return Character.isValidCodePoint(point) ? Optional.of(Character.toString(point)) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }
}
