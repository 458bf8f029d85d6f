package proxymcp.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** A template as a flowchart: steps, and the values that go from one to the other. */
final class Mermaid {
    private static final int LABEL_CHARS_MAX = 60;

    private Mermaid() {}

    static String text(FlowTemplate template) {
        StringBuilder text = new StringBuilder("flowchart TD\n");
        for (TemplateStep step : template.steps()) {
            text.append("    ").append(step.id()).append("[\"").append(label(step.id() + " " + step.method() + " " + plain(withoutScheme(step.urlTemplate()))))
                    .append("\"]\n");
        }
        for (TemplateInput input : template.inputs()) {
            text.append("    in_").append(node(input.name())).append("([\"").append(label(input.name())).append("\"])\n");
            for (String use : input.usedIn()) {
                text.append("    in_").append(node(input.name())).append(" -.-> ").append(use, 0, use.indexOf(' ')).append('\n');
            }
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (Edge edge : template.edges()) {
            labels.merge(edge.from() + " " + edge.to(), edge.location().replace("request.", ""), (a, b) -> a + ", " + b);
        }
        labels.forEach((ends, label) -> text.append("    ").append(ends, 0, ends.indexOf(' ')).append(" -->|\"").append(label(label)).append("\"|")
                .append(ends, ends.indexOf(' '), ends.length()).append('\n'));
        for (Loop loop : template.loops()) {
            text.append("    ").append(loop.step()).append(" -->|\"").append(label("next " + loop.variable())).append("\"| ").append(loop.step()).append('\n');
        }
        return text.toString();
    }

    private static String withoutScheme(String url) {
        int scheme = url.indexOf("://");
        int query = url.indexOf('?');
        return url.substring(scheme < 0 ? 0 : scheme + 3, query < 0 ? url.length() : query);
    }

    /** Names alone: how values are coded says nothing of the way they take. */
    private static String plain(String template) {
        StringBuilder text = new StringBuilder();
        TemplateTokens.of(template).forEach(piece -> text.append(piece.isLiteral() ? piece.text() : "{" + piece.name() + "}"));
        return text.toString();
    }

    private static String node(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static String label(String text) {
        String shown = text.length() <= LABEL_CHARS_MAX ? text : text.substring(0, LABEL_CHARS_MAX) + "…";
        return shown.replace("&", "#amp;").replace("\"", "#quot;").replace("<", "#lt;").replace(">", "#gt;").replace("\n", " ").replace("\r", " ");
    }
}
