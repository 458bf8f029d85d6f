package proxymcp.rule;

import java.net.URI;
import java.net.URISyntaxException;
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
    /** @throws IllegalArgumentException if the replacement names a group that is not there */
    public UrlEdit {
        match.checkReplacement(replacement);
    }

    /** Rewrites an absolute URL. Where the result is no http or https URL, the URL stays as it is, with a note. */
    public Edited<String> apply(String url, TimeLimit limit) {
        String rewritten;
        try {
            rewritten = match.replaceAll(url, replacement, limit);
        } catch (GivenUpException e) {
            return Edited.timedOut(url, "the URL was not rewritten: the expression " + e.getMessage());
        }
        if (rewritten.equals(url)) {
            return Edited.same(url);
        }
        return isUsable(rewritten) ? Edited.changed(rewritten)
                : Edited.same(url, "the URL was not rewritten: what came out is no http or https URL");
    }

    /** The part after the authority may hold what {@link URI} refuses and browsers send, such as a bar. */
    private static boolean isUsable(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                return false;
            }
        }
        int end = url.indexOf("://") + 3;
        while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        try {
            ForwardBase.check(new URI(url.substring(0, end)));
            return true;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return false;
        }
    }
}
