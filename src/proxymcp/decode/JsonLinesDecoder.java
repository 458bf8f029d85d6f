package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** JSON values, one a line, or each behind a record separator (RFC 7464): an array. A line that is none stands in it as a string. */
final class JsonLinesDecoder implements Decoder {
    private static final double BY_LINES = 0.9;

    @Override
    public String id() {
        return "ndjson";
    }

    @Override
    public String title() {
        return "JSON values, one a line";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines",
                "application/json-lines", "application/json-seq", "application/stream+json");
    }

    /** Two lines or more, each an object or array. */
    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 5 || "{[\u001e".indexOf(in.at(0)) < 0) {
            return 0;
        }
        String look = new String(in.bytes(), in.offset(), Math.min(in.length(), DecodeInput.LOOK_BYTES), StandardCharsets.UTF_8);
        boolean cut = in.length() > DecodeInput.LOOK_BYTES;
        int lines = 0;
        for (String line : (cut ? look.substring(0, Math.max(0, look.lastIndexOf('\n'))) : look).split("[\n\u001e]")) {
            if (!line.isBlank()) {
                if (!JsonLook.isDocument(line)) {
                    return 0;
                }
                lines++;
            }
        }
        return lines >= 2 ? BY_LINES : 0;
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8);
        List<JsonValue> values = new ArrayList<>();
        String why = "";
        int number = 0;
        int good = 0;
        for (String line : text.split("[\n\u001e]")) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                values.add(Json.parse(line, JsonLook.LIMITS));
                good++;
            } catch (JsonException e) {
                values.add(JsonObject.builder().put("$invalid", new JsonString(line.stripTrailing())).build());
                why = why.isEmpty() ? "line " + number + " is not JSON: " + e.getMessage() : why;
            }
        }
        if (good == 0 && !values.isEmpty()) {
            throw new DecodeException(why);
        }
        DecodedLayer layer = DecodedLayer.json(in, new JsonArray(values));
        return why.isEmpty() ? layer : layer.partial(why);
    }
}
