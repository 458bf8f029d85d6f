package proxymcp.search;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which octets stand for a text in which charset, where that can be told without decoding: then they are looked for in place. Not for several
 * threads.
 */
final class Needles {
    /** What a body in some charset is looked through for. */
    sealed interface Needle {
        /** These octets. */
        record Octets(OctetNeedle octets) implements Needle {}

        /** Nothing: the charset has no such characters. */
        record Nowhere() implements Needle {}

        /** Characters, once it is decoded. */
        record Characters() implements Needle {}
    }

    private static final Needle CHARACTERS = new Needle.Characters();

    private final Wanted wanted;
    private final boolean asciiText;
    private final Optional<OctetNeedle> ascii;
    private final Map<Charset, Needle> byCharset = new HashMap<>();

    Needles(Wanted wanted) {
        this.wanted = wanted;
        this.asciiText = wanted instanceof Wanted.Text text && text.isAscii();
        this.ascii = asciiText && wanted instanceof Wanted.Text text
                ? Optional.of(new OctetNeedle(text.text().getBytes(StandardCharsets.US_ASCII), text.caseSensitive())) : Optional.empty();
    }

    /** The octets that stand for the text in whatever charset extends ASCII; empty if it is not ASCII, or an expression. */
    Optional<OctetNeedle> ascii() {
        return ascii;
    }

    Needle in(Charset charset) {
        return byCharset.computeIfAbsent(charset, this::find);
    }

    private Needle find(Charset charset) {
        if (!(wanted instanceof Wanted.Text text) || !isOctetSafe(charset) || text.text().indexOf('\uFFFD') >= 0) {
            return CHARACTERS;
        }
        if (asciiText) {
            return new Needle.Octets(ascii.orElseThrow());
        }
        if (!text.caseSensitive()) {
            return CHARACTERS;
        }
        if (!charset.newEncoder().canEncode(text.text())) {
            return new Needle.Nowhere();
        }
        return new Needle.Octets(new OctetNeedle(text.text().getBytes(charset), true));
    }

    /** Whether equal octets are equal characters, wherever they begin: not so where a character's second octet may be that of another. */
    private static boolean isOctetSafe(Charset charset) {
        String name = charset.name();
        return name.equals("UTF-8") || name.equals("US-ASCII") || name.startsWith("ISO-8859-") || name.startsWith("windows-125")
                || name.startsWith("KOI8-");
    }
}
