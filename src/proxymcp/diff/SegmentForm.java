package proxymcp.diff;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a segment of a path is by its looks alone: what varies in it is replaced by a name in braces, the rest stays as sent.
 *
 * @param text the segment with its parameters named; without matrix parameters
 * @param opaque whether it is a parameter as it looks like chance: neither a number nor a date
 */
record SegmentForm(String text, boolean opaque) {
    static final String ID = "{id}";
    static final String HASH = "{hash}";
    static final String UUID = "{uuid}";
    static final String DATE = "{date}";
    static final String SLUG = "{slug}";

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    /** A calendar date, with a time behind it or not. */
    private static final Pattern DATE_TEXT = Pattern.compile(
            "(?:19|20)\\d\\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\\d|3[01]))?(?:[T_ ]\\d\\d[:.-]?\\d\\d(?:[:.-]?\\d\\d(?:[.,]\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?");
    private static final Pattern VERSION = Pattern.compile("[vV]?\\d{1,4}(?:\\.\\d{1,4}){1,3}(?:[-.]?(?:alpha|beta|rc|m|pre)[-.]?\\d*)?|[vV]\\d+\\w{0,6}");
    private static final Pattern FILE = Pattern.compile("(.+)\\.([a-zA-Z][a-zA-Z0-9]{0,4})");
    /** A file that a build made: {@code app.{hash}.js}. Its name tells it from others, however random all of it looks. */
    private static final Pattern NAME_AND_DIGEST = Pattern.compile("[a-zA-Z]{2,}(?:[-_.][a-zA-Z]+)*[-_.]\\{hash\\}(?:[-_.][a-zA-Z]+)*\\.[a-zA-Z0-9]+");
    /** Behind one of these a small number is the version of an interface. */
    private static final Set<String> BEFORE_VERSION = Set.of("api", "rest", "v", "version", "versions", "ver", "rpc");
    private static final int UUID_CHARS = 36;
    private static final int YEAR_CHARS = 4;
    private static final int HEX_CHARS_MIN = 8;
    private static final int FILE_HEX_CHARS_MIN = 6;
    private static final int OPAQUE_CHARS_MIN = 10;
    private static final int PIECE_OPAQUE_CHARS_MIN = 8;
    private static final int PIECE_DIGITS_MIN = 5;
    private static final int LITERAL_CHARS_MAX = 120;

    /** Whether all of the segment is one parameter. */
    boolean isParameter() {
        return isParameter(text);
    }

    /** Whether a form is one parameter and nothing else. */
    static boolean isParameter(String form) {
        return form.length() > 2 && form.charAt(0) == '{' && form.indexOf('}') == form.length() - 1;
    }

    /**
     * The form of a segment.
     *
     * @param segment as sent
     * @param before the segment before it, as sent; empty for the first
     */
    static SegmentForm of(String segment, String before) {
        int semicolon = segment.indexOf(';');
        // Matrix parameters (RFC 3986 section 3.3) are values, such as a session's id.
        String own = semicolon < 0 ? segment : segment.substring(0, semicolon);
        String text = decoded(own);
        if (isNumber(text)) {
            boolean version = text.length() <= 2 && BEFORE_VERSION.contains(before);
            return version ? new SegmentForm(own, false) : new SegmentForm(ID, false);
        }
        Matcher file = FILE.matcher(text);
        boolean isFile = file.matches();
        String named = isFile ? pieces(file.group(1), true) + "." + file.group(2) : pieces(text, false);
        Optional<SegmentForm> whole = whole(text);
        if (whole.isPresent() && !(isFile && NAME_AND_DIGEST.matcher(named).matches())) {
            return whole.get();
        }
        if (own.length() > LITERAL_CHARS_MAX) {
            return new SegmentForm(SLUG, false);
        }
        if (isLetters(text)) {
            return new SegmentForm(own, false); // Most segments: nothing in them varies.
        }
        if (VERSION.matcher(text).matches() || text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            return new SegmentForm(own, false);
        }
        return new SegmentForm(named.equals(text) ? own : named, false);
    }

    /** The form of a text that is one parameter but no number. */
    private static Optional<SegmentForm> whole(String text) {
        if (text.length() == UUID_CHARS && UUID_TEXT.matcher(text).matches()) {
            return Optional.of(new SegmentForm(UUID, false));
        }
        if (text.startsWith("-", YEAR_CHARS) && DATE_TEXT.matcher(text).matches()) {
            return Optional.of(new SegmentForm(DATE, false));
        }
        if (isHex(text, HEX_CHARS_MIN)) {
            return Optional.of(new SegmentForm(HASH, true));
        }
        return isOpaque(text, OPAQUE_CHARS_MIN) ? Optional.of(new SegmentForm(ID, true)) : Optional.empty();
    }

    /** A text whose parts between punctuation are named where they are parameters. */
    private static String pieces(String text, boolean ofFile) {
        String marked = text.length() < UUID_CHARS ? text : UUID_TEXT.matcher(text).replaceAll(Matcher.quoteReplacement(UUID));
        marked = marked.indexOf('-') < YEAR_CHARS ? marked : DATE_TEXT.matcher(marked).replaceAll(Matcher.quoteReplacement(DATE));
        StringBuilder form = new StringBuilder();
        int start = 0;
        for (int i = 0; i <= marked.length(); i++) {
            if (i == marked.length() || "-_.:~,".indexOf(marked.charAt(i)) >= 0) {
                form.append(piece(marked.substring(start, i), ofFile, start == 0 && (i == marked.length() || marked.charAt(i) == ':')));
                if (i < marked.length()) {
                    form.append(marked.charAt(i));
                }
                start = i + 1;
            }
        }
        return form.toString();
    }

    private static String piece(String piece, boolean ofFile, boolean alone) {
        if (isNumber(piece) && (alone || piece.length() >= PIECE_DIGITS_MIN)) {
            return ID;
        }
        if (isHex(piece, ofFile ? FILE_HEX_CHARS_MIN : HEX_CHARS_MIN)) {
            return HASH;
        }
        return isOpaque(piece, PIECE_OPAQUE_CHARS_MIN) ? ofFile ? HASH : ID : piece;
    }

    private static boolean isLetters(String text) {
        for (int i = 0; i < text.length(); i++) {
            char kind = kind(text.charAt(i));
            if (kind != 'a' && kind != 'A') {
                return false;
            }
        }
        return true;
    }

    static boolean isNumber(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > start;
    }

    /** Whether a text is hexadecimal with digits and letters, so that it is neither a number nor a word. */
    private static boolean isHex(String text, int charsMin) {
        int start = text.startsWith("0x") ? 2 : 0;
        int digits = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.digit(c, 16) < 0 || c > 'f') {
                return false;
            }
            digits += c <= '9' ? 1 : 0;
        }
        return text.length() - start >= charsMin && digits > 0 && digits < text.length() - start;
    }

    /**
     * Whether a text of letters and digits changes between them, and between small letters and capitals within words, so often that it is no
     * name: in random ones half of all neighbours differ, in names a sixth at most.
     */
    private static boolean isOpaque(String text, int charsMin) {
        // With a dot it is a file or a name of several parts, unless it is a token (RFC 7519).
        if (text.length() < charsMin || text.indexOf('.') >= 0 && !text.startsWith("eyJ")) {
            return false;
        }
        int changes = 0;
        int digits = 0;
        char last = '-';
        for (int i = 0; i < text.length(); i++) {
            char kind = kind(text.charAt(i));
            if (kind == 'x') {
                return false;
            }
            boolean capitalised = last == 'A' && kind == 'a';
            changes += kind != last && kind != '-' && last != '-' && !capitalised ? 1 : 0;
            digits += kind == '0' ? 1 : 0;
            last = kind;
        }
        // Capitals alone are the humps of a name, unless they are many.
        int changesMin = digits > 0 ? Math.max(3, (text.length() + 3) / 4) : Math.max(4, (text.length() + 2) / 3);
        return changes >= changesMin;
    }

    private static char kind(char c) {
        if (c >= '0' && c <= '9') {
            return '0';
        }
        if (c >= 'a' && c <= 'z') {
            return 'a';
        }
        if (c >= 'A' && c <= 'Z') {
            return 'A';
        }
        return "-_.~=".indexOf(c) >= 0 ? '-' : 'x';
    }

    /** Whether a text is one word or two, without digits: the kind that names what there is and not which of it. */
    static boolean isPlainWord(String text) {
        int marks = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '-' || c == '_') {
                marks++;
            } else if (kind(c) != 'a' && kind(c) != 'A') {
                return false;
            }
        }
        return marks <= 1;
    }

    /** A segment with its octets undone; as it stood where they are not UTF-8. */
    static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}
