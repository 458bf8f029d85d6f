package proxymcp.rule;

import java.util.List;
import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.text.Regex;

/**
 * Which requests a rule takes: those for which everything holds that is given.
 *
 * @param method equal, ignoring case
 * @param urlPattern found in the absolute URL
 * @param hostname equal, ignoring case
 * @param pathPattern found in path and query
 * @param headers each is there with this value, names ignoring case
 * @param bodyIncludes part of the request body as text
 */
public record RuleMatcher(Optional<String> method, Optional<Regex> urlPattern, Optional<String> hostname, Optional<Regex> pathPattern,
        List<Fields.Line> headers, Optional<String> bodyIncludes) {
    /** Takes every request. */
    public static final RuleMatcher ANY = new RuleMatcher(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(),
            Optional.empty());

    /**
     * Copies the list; outer white space of a value is no part of it.
     *
     * @throws IllegalArgumentException if a header's name is no token, or its value cannot be one
     */
    public RuleMatcher {
        headers = Fields.of(headers).lines();
    }

    /** Takes every request to a host. */
    public static RuleMatcher host(String hostname) {
        return new RuleMatcher(Optional.empty(), Optional.empty(), Optional.of(hostname), Optional.empty(), List.of(), Optional.empty());
    }

    /**
     * Takes every request whose URL an expression is found in.
     *
     * @throws java.util.regex.PatternSyntaxException if it is no regular expression
     */
    public static RuleMatcher url(String pattern) {
        return new RuleMatcher(Optional.empty(), Optional.of(Regex.of(pattern)), Optional.empty(), Optional.empty(), List.of(),
                Optional.empty());
    }
}
