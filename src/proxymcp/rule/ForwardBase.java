package proxymcp.rule;

import java.net.URI;
import proxymcp.http.Authority;

/** URLs that requests are forwarded to. */
final class ForwardBase {
    private ForwardBase() {}

    static void check(URI base) {
        boolean origin = base.getScheme() != null && base.getRawAuthority() != null && isOrigin(base.getScheme(), base.getRawAuthority());
        if (!origin || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("expected an http or https URL such as http://127.0.0.1:8080, without query, got " + base);
        }
    }

    /** Whether these lead to an origin: http or https, and host and port alone. Names of hosts may hold an underscore, which URI does not read. */
    static boolean isOrigin(String scheme, String authority) {
        return (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) && Authority.parse(authority).isPresent();
    }

    static String url(URI base, String requested) {
        int scheme = requested.indexOf("://");
        int path = scheme < 0 ? 0 : scheme + 3;
        while (path < requested.length() && "/?#".indexOf(requested.charAt(path)) < 0) {
            path++;
        }
        String rest = requested.substring(path);
        String above = base.getRawPath().endsWith("/") ? base.getRawPath().substring(0, base.getRawPath().length() - 1) : base.getRawPath();
        return base.getScheme() + "://" + base.getRawAuthority() + above + (rest.startsWith("/") ? rest : "/" + rest);
    }
}
