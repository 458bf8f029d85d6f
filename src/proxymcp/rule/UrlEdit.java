package proxymcp.rule;

import java.nio.charset.StandardCharsets;
import proxymcp.text.GivenUpException;
import proxymcp.text.Regex;
import proxymcp.text.TimeLimit;

/**
 * Rewrites a URL.
 *
 * @param match every place where it is found is replaced
 * @param replacement by this; {@code $1} and {@code ${name}} are groups
 */
public record UrlEdit(Regex match, String replacement) {
    /** @throws IllegalArgumentException if the replacement names a group that is not there, or holds a character that is not ASCII */
    public UrlEdit {
        match.checkReplacement(replacement);
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(replacement)) {
            throw new IllegalArgumentException("expected characters of ASCII, others percent-encoded, got " + replacement);
        }
    }

    /** Rewrites an absolute URL. Where the result is no http or https URL, the URL stays as it is, with a note. */
    public Edited<String> apply(String url, TimeLimit limit) {
        String rewritten;
        try {
            rewritten = match.replaceAll(url, replacement, limit.begin());
        } catch (GivenUpException e) {
            return Edited.timedOut(url, "the URL was not rewritten: the expression " + e.getMessage());
        }
        if (rewritten.equals(url)) {
            return Edited.same(url);
        }
        return isUsable(rewritten) ? Edited.changed(rewritten)
                : Edited.same(url, "the URL was not rewritten: what came out is no http or https URL");
    }

    /** The part after the authority may hold what RFC 3986 refuses and clients send, such as a bar or an octet above 0x7F. */
    private static boolean isUsable(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c == 0x7f || c > 0xff || c == '#') {
                return false;
            }
        }
        int scheme = url.indexOf("://");
        int end = scheme + 3;
        while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return scheme > 0 && ForwardBase.isOrigin(url.substring(0, scheme), url.substring(scheme + 3, end));
    }
}
