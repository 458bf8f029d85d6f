package proxymcp.replay;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which requests may be sent though they may change something at the origin.
 *
 * @param allowUnsafe all of them
 * @param unsafeMethods those with these methods, in capitals here and in any case there
 */
public record Safety(boolean allowUnsafe, Set<String> unsafeMethods) {
    /** None. */
    public static final Safety SAFE_ONLY = new Safety(false, Set.of());

    /** Copies the set. */
    public Safety {
        unsafeMethods = Set.copyOf(unsafeMethods);
    }

    /** Whether a request with this method may be sent twice without harm (RFC 9110 section 9.2.1). */
    public static boolean isSafe(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /** Why a request is not sent; empty if it may be. */
    public Optional<Skip> check(String method, String url) {
        if (allowUnsafe || unsafeMethods.contains(method.toUpperCase(Locale.ROOT))) {
            return Optional.empty();
        }
        if (!isSafe(method)) {
            return Optional.of(new Skip(Skip.Reason.UNSAFE, method + " may change something at the origin; allow_unsafe or unsafe_methods lets it go"));
        }
        if (GraphQlUrl.isMutation(url)) {
            return Optional.of(new Skip(Skip.Reason.UNSAFE, "a GraphQL mutation in the URL; allow_unsafe or unsafe_methods lets it go"));
        }
        return Optional.empty();
    }
}
