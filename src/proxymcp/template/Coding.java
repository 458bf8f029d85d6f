package proxymcp.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.json.JsonString;

/** How a value is written where it stands. */
public enum Coding {
    /** Percent-encoded, all but unreserved characters (RFC 3986 section 2.3). */
    URL,
    /** As in forms: a blank is a plus sign. */
    FORM,
    /** As {@code encodeURIComponent} writes it: like {@link #URL}, but for {@code !*'()}. */
    COMPONENT,
    /** Percent-encoded as far as a query needs it: as people and browsers leave the rest. */
    QUERY,
    /** The characters of a JSON string, without its quotes. */
    JSON,
    /** Markup signs as entities. */
    HTML,
    /** Base64 of its UTF-8, padded. */
    BASE64,
    /** Base64url of its UTF-8, without padding. */
    BASE64URL,
    /** Letters in lower case. */
    LOWER,
    /** Letters in upper case. */
    UPPER;

    /** The word in templates. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All words. */
    static String words() {
        List<String> words = new ArrayList<>();
        for (Coding coding : values()) {
            words.add(coding.word());
        }
        return String.join(", ", words);
    }

    /** The coding of that word; empty if it is none. */
    public static Optional<Coding> of(String word) {
        for (Coding coding : values()) {
            if (coding.word().equals(word)) {
                return Optional.of(coding);
            }
        }
        return Optional.empty();
    }

    /** The value as it is written. */
    public String apply(String value) {
        return switch (this) {
            case URL -> URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
            case FORM -> URLEncoder.encode(value, StandardCharsets.UTF_8);
            case COMPONENT -> kept(value, "!*'()");
            case QUERY -> kept(value, "!*'()/?:@$,;");
            case JSON -> {
                String quoted = new JsonString(value).toString();
                yield quoted.substring(1, quoted.length() - 1);
            }
            case HTML -> value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
            case BASE64 -> Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
            case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(value.getBytes(StandardCharsets.UTF_8));
            case LOWER -> value.toLowerCase(Locale.ROOT);
            case UPPER -> value.toUpperCase(Locale.ROOT);
        };
    }

    /** Percent-encoded, but for unreserved characters and these. */
    private static String kept(String value, String signs) {
        String coded = URL.apply(value);
        for (int i = 0; i < signs.length(); i++) {
            coded = coded.replace(URL.apply(signs.substring(i, i + 1)), signs.substring(i, i + 1));
        }
        return coded;
    }

    /** The value behind all of these codings, in order. */
    public static String applyAll(Iterable<Coding> codings, String value) {
        String coded = value;
        for (Coding coding : codings) {
            coded = coding.apply(coded);
        }
        return coded;
    }
}
