package proxymcp.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import proxymcp.json.JsonValue;

/**
 * Base64 and hex. Most words, and all hashes, are spelled in these alphabets: unless it was asked for, a layer is there only if what comes out means
 * something.
 */
final class LettersDecoder implements Decoder {
    private static final int CHARS_MIN = 16;
    /** A multiple of 4, so that a beginning of base64 is base64, and of 2 for hex. */
    private static final int LOOK_CHARS = 16 << 10;
    private static final double MEANT = 0.9;
    private static final double MEANT_JSON = 0.97;

    /** Octets out of letters; empty if the letters are of another alphabet. */
    private final Function<String, Optional<byte[]>> reader;
    private final String id;
    private final String title;
    private final boolean json;

    private LettersDecoder(String id, String title, boolean json, Function<String, Optional<byte[]>> reader) {
        this.id = id;
        this.title = title;
        this.json = json;
        this.reader = reader;
    }

    static Decoder base64() {
        return new LettersDecoder("base64", "base64, standard or for URLs (RFC 4648)", false, Letters::base64);
    }

    /** The same, of JSON text: one layer for the reader instead of two. */
    static Decoder base64Json() {
        return new LettersDecoder("base64-json", "base64 of JSON text", true, Letters::base64);
    }

    static Decoder hex() {
        return new LettersDecoder("hex", "hexadecimal digits", false, Letters::hex);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Set<String> mediaTypes() {
        return Set.of();
    }

    @Override
    public double recognise(DecodeInput in) {
        if (in.length() < CHARS_MIN || !isLetter(in.at(0)) || !isLetter(in.at(5)) || !isLetter(in.at(CHARS_MIN - 1))) {
            return 0;
        }
        boolean whole = in.length() <= LOOK_CHARS;
        String text = new String(in.bytes(), in.offset(), Math.min(in.length(), LOOK_CHARS), StandardCharsets.ISO_8859_1);
        Optional<byte[]> octets = reader.apply(whole ? text.strip() : beginning(text));
        if (octets.isEmpty()) {
            return 0;
        }
        if (!whole) {
            return json ? jsonBeginning(octets.get()) : meaningfulBeginning(octets.get());
        }
        if (json) {
            return Octets.readable(octets.get()).filter(JsonLook::isDocument).isPresent() ? MEANT_JSON : 0;
        }
        return Octets.areMeaningful(octets.get()) ? MEANT : 0;
    }

    /** Whole groups of letters, line ends left out. */
    private static String beginning(String text) {
        String letters = text.replace("\r", "").replace("\n", "");
        return letters.substring(0, letters.length() / 4 * 4);
    }

    private static double jsonBeginning(byte[] octets) {
        return JsonLook.beginsLikeOne(new String(octets, StandardCharsets.ISO_8859_1)) ? MEANT_JSON : 0;
    }

    /** The last octets may be a cut character. */
    private static double meaningfulBeginning(byte[] octets) {
        for (int cut = 0; cut < 4; cut++) {
            if (Octets.areMeaningful(Arrays.copyOf(octets, octets.length - cut))) {
                return MEANT;
            }
        }
        return 0;
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
    }

    @Override
    public DecodedLayer decode(DecodeInput in, DecodeSink out) throws DecodeException {
        String text = new String(in.bytes(), in.offset(), in.length(), StandardCharsets.ISO_8859_1).strip();
        Optional<byte[]> octets = reader.apply(text);
        if (octets.isEmpty()) {
            throw new DecodeException("the letters are not those of " + id);
        }
        if (json) {
            Optional<JsonValue> value = JsonLook.document(new String(octets.get(), StandardCharsets.UTF_8));
            return DecodedLayer.json(in, value.orElseThrow(() -> new DecodeException("what the letters stand for is not JSON")));
        }
        out.write(octets.get());
        return DecodedLayer.written(in, DecodedLayer.Form.OCTETS);
    }
}
