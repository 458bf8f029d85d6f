package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.diff.Part;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * What a request sends in a body that is text and neither JSON nor a form: XML elements and attributes, names and values, and words that nobody comes upon
 * by chance. Their places are numbered names: {@code token}, {@code token#2}.
 */
final class BodyWords {
    private static final int CHARS_MAX = 256 << 10;
    private static final int USES_MAX = 300;
    private static final String VALUE = "value";
    private static final Pattern ELEMENT = Pattern.compile("<([A-Za-z_][\\w.:-]{0,100}+)(?:\\s[^<>]{0,1000}+)?>([^<>]{1,4096}+)</");
    private static final Pattern NAMED = Pattern.compile("(?<![\\w.:-])([A-Za-z_][\\w.:-]{0,60}+)\\s{0,3}+[:=]\\s{0,3}+(?:\"([^\"<>\\n]{1,4096}+)\"|'([^'<>\\n]{1,4096}+)'|([^\\s\"'<>&;,]{1,4096}+))");

    private final List<Use> uses;
    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> values = new HashSet<>();
    private int added;

    private BodyWords(List<Use> uses) {
        this.uses = uses;
    }

    /** Adds what a text sends, given by its lines. */
    static void of(JsonArray lines, List<Use> uses) {
        StringBuilder text = new StringBuilder();
        for (JsonValue line : lines) {
            if (line instanceof JsonString string && text.length() < CHARS_MAX) {
                text.append(text.isEmpty() ? "" : "\n").append(string.value());
            }
        }
        new BodyWords(uses).read(text.toString());
    }

    private void read(String text) {
        Matcher element = ELEMENT.matcher(text);
        while (element.find()) {
            String name = element.group(1);
            add(name.substring(name.lastIndexOf(':') + 1), HtmlTags.unescaped(element.group(2)).strip());
        }
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            String value = named.group(2) != null ? named.group(2) : named.group(3) != null ? named.group(3) : named.group(4);
            boolean about = named.group(1).startsWith("xmlns") || named.group(1).startsWith("xsi:") || value.startsWith("//");
            if (!about && (Strength.of(value) > 0.2 || FieldWords.isPassword(named.group(1)))) {
                add(named.group(1).substring(named.group(1).lastIndexOf(':') + 1), HtmlTags.unescaped(value));
            }
        }
        Matcher word = TextTokens.BROAD.matcher(text);
        while (word.find()) {
            if (TextTokens.isValue(word.group())) {
                drawn(word.group());
                continue;
            }
            Matcher piece = TextTokens.WORD.matcher(word.group());
            while (piece.find()) {
                if (TextTokens.isValue(piece.group())) {
                    drawn(piece.group());
                }
            }
        }
    }

    private void drawn(String word) {
        for (String value : values) {
            if (value.contains(word)) {
                return;
            }
        }
        add(VALUE, word);
    }

    private void add(String name, String value) {
        if (added < USES_MAX && !value.isEmpty() && values.add(value)) {
            added++;
            int count = counts.merge(name, 1, Integer::sum);
            uses.add(new Use(Part.BODY, count == 1 ? name : name + "#" + count, name, value, ""));
        }
    }
}
