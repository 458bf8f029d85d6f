package proxymcp.rule;

import java.net.URI;

/** URLs that requests are forwarded to. */
final class ForwardBase {
    private ForwardBase() {}

    static void check(URI base) {
        boolean web = "http".equalsIgnoreCase(base.getScheme()) || "https".equalsIgnoreCase(base.getScheme());
        boolean port = base.getPort() == -1 || base.getPort() >= 1 && base.getPort() <= 65_535;
        if (!web || !port || base.getHost() == null || base.getRawQuery() != null || base.getRawFragment() != null || base.getRawUserInfo() != null) {
            throw new IllegalArgumentException("expected an http or https URL such as http://127.0.0.1:8080, without query, got " + base);
        }
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
