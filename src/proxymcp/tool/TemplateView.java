package proxymcp.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.template.FlowTemplate;
import proxymcp.template.TemplateFormat;
import proxymcp.template.TemplateJson;

/** A template as a result shows it: its lists, as much of them as there is room for. */
final class TemplateView {
    private static final int ENVELOPE_CHARS = 900;
    private static final int ITEM_CHARS_MAX = 4_000;
    private static final int NAME_CHARS = 200;
    /** What of a step tells how the flow goes; field lines and bodies stand in the template itself. */
    private static final Set<String> OF_STEP = Set.of("id", "seq", "method", "urlTemplate", "dependsOn", "placeholders", "extracts", "asserts", "loop");

    /**
     * What else the result says.
     *
     * @param verified whether the check succeeded; empty without one
     * @param replayId of the run that it was checked by
     * @param written members about the file that it was written to
     */
    record Outcome(Optional<Boolean> verified, Optional<String> replayId, JsonObject written) {}

    private final FlowTemplate template;
    private final int charsMax;
    private final Map<String, List<JsonValue>> wanted = new LinkedHashMap<>();
    private final Map<String, List<JsonValue>> shown = new LinkedHashMap<>();
    private int room;

    TemplateView(FlowTemplate template, int charsMax) {
        this.template = template;
        this.charsMax = charsMax;
        list("steps", template.steps(), step -> some(TemplateJson.step(step)));
        list("inputs", template.inputs(), TemplateJson::input);
        list("edges", template.edges(), TemplateJson::edge);
        list("loops", template.loops(), TemplateJson::loop);
        list("unexplained", template.unexplained(), TemplateJson::unexplained);
        list("warnings", template.warnings(), warning -> new JsonString(Shortened.text(warning, ITEM_CHARS_MAX)));
    }

    private interface Row<T> {
        JsonValue of(T value);
    }

    private <T> void list(String name, List<T> values, Row<T> row) {
        List<JsonValue> rows = new ArrayList<>();
        for (T value : values) {
            JsonValue made = row.of(value);
            rows.add(made instanceof JsonObject object ? Shortened.within(object, Math.min(ITEM_CHARS_MAX, charsMax / 2)) : made);
        }
        wanted.put(name, rows);
        shown.put(name, new ArrayList<>());
    }

    private static JsonObject some(JsonObject step) {
        JsonObject.Builder kept = JsonObject.builder();
        for (JsonObject.Member member : step.members()) {
            if (OF_STEP.contains(member.name())) {
                kept.put(member.name(), member.value());
            }
        }
        return kept.build();
    }

    JsonObject json(TemplateFormat format, Outcome outcome) {
        room = charsMax - ENVELOPE_CHARS - Json.text(outcome.written()).length();
        boolean exported = format == TemplateFormat.JSON || outcome.written().has("outputFile");
        Optional<String> text = exported ? Optional.empty() : Optional.of(format.write(template));
        boolean fits = text.isEmpty() || Json.text(new JsonString(text.get())).length() <= room;
        if (text.isPresent() && fits) {
            room -= Json.text(new JsonString(text.get())).length();
        }
        fill();
        String missing = missing(fits ? "" : "text of " + text.orElse("").length() + " characters");
        JsonObject.Builder json = JsonObject.builder().put("templateId", template.id()).put("name", Shortened.text(template.name(), NAME_CHARS))
                .put("sessionId", template.sessionId());
        outcome.verified().ifPresent(verified -> json.put("verified", verified));
        json.putIf("replayId", outcome.replayId()).put("complete", missing.isEmpty());
        if (!missing.isEmpty()) {
            json.put("reason", "max_chars reached, left out: " + missing + "; all is in proxy://sessions/" + template.sessionId() + "/templates/"
                    + template.id() + " and in output_file");
        }
        shown.forEach((name, rows) -> json.put(name, new JsonArray(rows)));
        json.put("unexplainedCount", template.unexplained().size());
        json.putIf("text", fits ? text : Optional.empty());
        return json.putAll(outcome.written()).build();
    }

    /** Each list gets its share first, then what others did not need: a long list of edges does not hide the inputs. */
    private void fill() {
        int share = room / wanted.size();
        for (String name : wanted.keySet()) {
            int before = room;
            room = Math.min(before, share);
            int given = room;
            take(name);
            room = before - (given - room);
        }
        wanted.keySet().forEach(this::take);
    }

    private void take(String name) {
        List<JsonValue> rows = shown.get(name);
        List<JsonValue> all = wanted.get(name);
        while (rows.size() < all.size()) {
            int chars = Json.text(all.get(rows.size())).length() + 1;
            if (chars > room) {
                return;
            }
            room -= chars;
            rows.add(all.get(rows.size()));
        }
    }

    private String missing(String first) {
        List<String> missing = new ArrayList<>();
        if (!first.isEmpty()) {
            missing.add(first);
        }
        wanted.forEach((name, all) -> {
            if (shown.get(name).size() < all.size()) {
                missing.add(all.size() - shown.get(name).size() + " of " + all.size() + " " + name);
            }
        });
        return String.join(", ", missing);
    }
}
