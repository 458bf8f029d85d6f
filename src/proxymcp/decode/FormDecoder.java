package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** {@code application/x-www-form-urlencoded} (WHATWG URL section 5.1): an object; a name that comes more than once has an array. */
final class FormDecoder implements Decoder {
    private static final double TWO_PAIRS = 0.75;
    private static final int NAME_CHARS_MAX = 64;

    @Override
    public String id() {
        return "form";
    }

    @Override
    public String title() {
        return "form fields: a=1&b=2";
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of("application/x-www-form-urlencoded");
    }

    /** Two pairs or more, every name a word, and no character that the serialiser would have escaped. */
    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < 7 || in.length() > DecodeInput.LOOK_BYTES) {
            return 0;
        }
        String look = in.look();
        if (look.indexOf('=') < 1 || look.indexOf('&') < 0 || !look.chars().allMatch(FormDecoder::isFormCharacter)) {
            return 0;
        }
        int pairs = 0;
        for (String pair : look.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1 || equals > NAME_CHARS_MAX || !isName(pair.substring(0, equals))) {
                return 0;
            }
            pairs++;
        }
        return pairs >= 2 ? TWO_PAIRS : 0;
    }

    private static boolean isFormCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "&=%+-_.*!~'()[]@:,/$;".indexOf(c) >= 0;
    }

    private static boolean isName(String name) {
        char first = name.charAt(0);
        boolean word = first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z' || first == '_' || first == '%' || first == '$';
        return word && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_-.[]%$:".indexOf(c) >= 0);
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.UTF_8);
        if (text.indexOf('=') < 0 || text.indexOf('\0') >= 0) {
            throw new DecodeException("no pair of a name and a value");
        }
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String pair : text.strip().split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = PercentCoding.text(equals < 0 ? pair : pair.substring(0, equals), true);
                String value = equals < 0 ? "" : PercentCoding.text(pair.substring(equals + 1), true);
                fields.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
            }
        }
        JsonObject.Builder object = JsonObject.builder();
        fields.forEach((name, values) -> object.put(name, values.size() == 1 ? new JsonString(values.get(0)) : (JsonValue) JsonArray.ofStrings(values)));
        return DecodedLayer.json(in, object.build());
    }
}
