package proxymcp.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The start tags of a page, read leniently, without a tree. */
final class HtmlTags {
    private static final int CHARS_MAX = 2 << 20;
    private static final int ENTITY_CHARS_MAX = 11;
    private static final int TAGS_MAX = 20_000;

    private HtmlTags() {}

    /**
     * A start tag.
     *
     * @param name lower case
     * @param attributes by lower-case name, markup undone; of several of one name the first
     * @param text of a script what stands inside; empty otherwise
     */
    record Tag(String name, Map<String, String> attributes, String text) {
        /** What it is asked for if nothing is named: its value. */
        Optional<String> wanted(String attribute) {
            if (!attribute.isEmpty()) {
                return Optional.ofNullable(attributes.get(attribute));
            }
            return switch (name) {
                case "input", "button", "option" -> Optional.ofNullable(attributes.get("value"));
                case "meta" -> Optional.ofNullable(attributes.get("content"));
                default -> text.isEmpty() ? Optional.empty() : Optional.of(text);
            };
        }
    }

    /** What {@code TAG[NAME=VALUE]@NAME} finds; {@code *=} looks for a part, both brackets and the name behind may be left out. */
    static Optional<String> find(String html, String expression) {
        return find(of(html), expression);
    }

    /** The same in tags that were read before. */
    static Optional<String> find(List<Tag> tags, String expression) {
        int at = expression.lastIndexOf('@');
        int open = expression.indexOf('[');
        int close = expression.lastIndexOf(']');
        at = at > close ? at : -1;
        String attribute = at < 0 ? "" : expression.substring(at + 1);
        int nameEnd = open >= 0 ? open : at >= 0 ? at : expression.length();
        String name = expression.substring(0, nameEnd);
        String condition = open >= 0 && close > open ? expression.substring(open + 1, close) : "";
        int equals = condition.indexOf('=');
        boolean part = equals > 0 && condition.charAt(equals - 1) == '*';
        String key = equals < 0 ? condition : condition.substring(0, part ? equals - 1 : equals);
        String value = equals < 0 ? "" : condition.substring(equals + 1);
        for (Tag tag : tags) {
            boolean fits = tag.name().equals(name) && (key.isEmpty() || tag.attributes().containsKey(key)
                    && (part ? tag.attributes().get(key).contains(value) : value.isEmpty() || tag.attributes().get(key).equals(value)));
            Optional<String> wanted = fits ? tag.wanted(attribute) : Optional.empty();
            if (wanted.isPresent()) {
                return wanted;
            }
        }
        return Optional.empty();
    }

    /** All start tags, in order. */
    static List<Tag> of(String html) {
        List<Tag> tags = new ArrayList<>();
        int end = Math.min(html.length(), CHARS_MAX);
        int at = html.indexOf('<');
        while (at >= 0 && at < end && tags.size() < TAGS_MAX) {
            if (html.startsWith("<!--", at)) {
                int behind = html.indexOf("-->", at + 4);
                at = behind < 0 ? -1 : html.indexOf('<', behind);
                continue;
            }
            int nameEnd = at + 1;
            while (nameEnd < end && Character.isLetterOrDigit(html.charAt(nameEnd))) {
                nameEnd++;
            }
            if (nameEnd == at + 1) {
                at = html.indexOf('<', at + 1);
                continue;
            }
            String name = html.substring(at + 1, nameEnd).toLowerCase(Locale.ROOT);
            Map<String, String> attributes = new LinkedHashMap<>();
            int close = attributes(html, nameEnd, end, attributes);
            int next = html.indexOf('<', close);
            String text = "";
            if (name.equals("script")) {
                int behind = html.indexOf("</script", close);
                behind = behind < 0 ? end : behind;
                text = html.substring(Math.min(close, behind), behind);
                next = html.indexOf('<', behind);
            }
            tags.add(new Tag(name, attributes, text));
            at = next;
        }
        return tags;
    }

    /** Reads attributes up to the end of the tag; returns where that is. */
    private static int attributes(String html, int from, int end, Map<String, String> attributes) {
        int at = from;
        while (at < end && html.charAt(at) != '>') {
            char c = html.charAt(at);
            if (Character.isWhitespace(c) || c == '/') {
                at++;
                continue;
            }
            int start = at;
            while (at < end && "=>".indexOf(html.charAt(at)) < 0 && !Character.isWhitespace(html.charAt(at))) {
                at++;
            }
            String name = html.substring(start, at).toLowerCase(Locale.ROOT);
            String value = "";
            if (at < end && html.charAt(at) == '=') {
                at++;
                char quote = at < end ? html.charAt(at) : ' ';
                int valueEnd;
                if (quote == '"' || quote == '\'') {
                    at++;
                    valueEnd = html.indexOf(quote, at);
                    valueEnd = valueEnd < 0 || valueEnd > end ? end : valueEnd;
                    value = html.substring(at, valueEnd);
                    at = Math.min(end, valueEnd + 1);
                } else {
                    valueEnd = at;
                    while (valueEnd < end && html.charAt(valueEnd) != '>' && !Character.isWhitespace(html.charAt(valueEnd))) {
                        valueEnd++;
                    }
                    value = html.substring(at, valueEnd);
                    at = valueEnd;
                }
            } else if (at == start) {
                at++;
            }
            attributes.putIfAbsent(name, unescaped(value));
        }
        return Math.min(end, at + 1);
    }

    /** A text whose entities are undone: those of markup and those by number. */
    static String unescaped(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int semicolon = text.charAt(at) == '&' ? text.indexOf(';', at, Math.min(text.length(), at + ENTITY_CHARS_MAX)) : -1;
            String entity = semicolon < 0 ? "" : text.substring(at + 1, semicolon);
            int character = character(entity);
            if (character < 0) {
                plain.append(text.charAt(at));
                at++;
            } else {
                plain.appendCodePoint(character);
                at = semicolon + 1;
            }
        }
        return plain.toString();
    }

    private static int character(String entity) {
        return switch (entity) {
            case "amp" -> '&';
            case "lt" -> '<';
            case "gt" -> '>';
            case "quot" -> '"';
            case "apos" -> '\'';
            case "nbsp" -> 0xA0;
            default -> numbered(entity);
        };
    }

    private static int numbered(String entity) {
        boolean hex = entity.startsWith("#x") || entity.startsWith("#X");
        String digits = entity.startsWith("#") ? entity.substring(hex ? 2 : 1) : "";
        if (digits.isEmpty() || digits.length() > 7) {
            return -1;
        }
        try {
            int value = Integer.parseInt(digits, hex ? 16 : 10);
            return Character.isValidCodePoint(value) ? value : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
