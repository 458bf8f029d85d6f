package proxymcp.replay;

import java.nio.charset.StandardCharsets;
import java.net.URLDecoder;
import java.util.regex.Pattern;

/** GraphQL operations that stand in the query of a URL. */
final class GraphQlUrl {
    /** An operation definition, wherever it stands: fragments and other operations may come first. */
    private static final Pattern MUTATION = Pattern.compile("(^|[\\s,}\\uFEFF])mutation\\b");
    private static final String PARAMETER = "query=";

    private GraphQlUrl() {}

    /** Whether the URL carries a mutation; when in doubt it does. */
    static boolean isMutation(String url) {
        int question = url.indexOf('?');
        if (question < 0 || url.indexOf("mutation", question) < 0 && url.indexOf('%', question) < 0) {
            return false;
        }
        for (String parameter : url.substring(question + 1).split("[&#]")) {
            if (parameter.startsWith(PARAMETER) && MUTATION.matcher(decoded(parameter.substring(PARAMETER.length()))).find()) {
                return true;
            }
        }
        return false;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // Not percent-encoded as it should be: taken as it stands.
        }
    }
}
