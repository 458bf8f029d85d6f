package proxymcp.replay;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Authority;

/**
 * Where a {@code Location} leads, seen from the request that was answered with it (RFC 3986 section 5.2). Written anew, as real servers send what
 * {@link java.net.URI} refuses: blanks, bars, octets above 0x7F.
 *
 * @param endpoint the origin
 * @param target path and query
 */
record RedirectTarget(Endpoint endpoint, String target) {
    /** Resolves a reference; empty if it leads to no http or https origin, or holds user information. */
    static Optional<RedirectTarget> of(Endpoint base, String baseTarget, String location) {
        int fragment = location.indexOf('#');
        String reference = escaped(fragment < 0 ? location : location.substring(0, fragment));
        int colon = schemeEnd(reference);
        if (colon > 0) {
            String scheme = reference.substring(0, colon).toLowerCase(Locale.ROOT);
            return reference.startsWith("//", colon + 1) ? absolute(scheme, reference.substring(colon + 3)) : Optional.empty();
        }
        if (reference.startsWith("//")) {
            return absolute(base.scheme(), reference.substring(2));
        }
        String basePath = baseTarget.startsWith("/") ? baseTarget : "/";
        int question = basePath.indexOf('?');
        String path = question < 0 ? basePath : basePath.substring(0, question);
        if (reference.isEmpty()) {
            return Optional.of(new RedirectTarget(base, basePath));
        }
        if (reference.startsWith("?")) {
            return Optional.of(new RedirectTarget(base, path + reference));
        }
        String merged = reference.startsWith("/") ? reference : path.substring(0, path.lastIndexOf('/') + 1) + reference;
        return Optional.of(new RedirectTarget(base, withoutDots(merged)));
    }

    private static Optional<RedirectTarget> absolute(String scheme, String rest) {
        int end = 0;
        while (end < rest.length() && "/?".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        boolean web = scheme.equals("http") || scheme.equals("https");
        Optional<Authority> authority = web ? Authority.parse(rest.substring(0, end)) : Optional.empty();
        if (authority.isEmpty() || rest.lastIndexOf('@', end - 1) >= 0) {
            return Optional.empty();
        }
        String target = rest.substring(end);
        Endpoint endpoint = new Endpoint(scheme, authority.get().host(), authority.get().port().orElse(Endpoint.defaultPort(scheme)));
        return Optional.of(new RedirectTarget(endpoint, withoutDots(target.startsWith("/") ? target : "/" + target)));
    }

    /** Of a scheme with its colon the place of that; 0 if the reference has none. */
    private static int schemeEnd(String reference) {
        for (int i = 0; i < reference.length(); i++) {
            char c = reference.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (c == ':') {
                return i;
            }
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || "+-.".indexOf(c) >= 0))) {
                return 0;
            }
        }
        return 0;
    }

    /** What no request target may hold, as escapes of its octets; tabs and line ends are left out, as browsers do. */
    private static String escaped(String location) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : location.strip().getBytes(StandardCharsets.ISO_8859_1)) {
            int c = octet & 0xFF;
            if (c == '\t' || c == '\r' || c == '\n') {
                continue;
            }
            if (c <= ' ' || c >= 0x7F) {
                escaped.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
            } else {
                escaped.append((char) c);
            }
        }
        return escaped.toString();
    }

    /** Removes dot segments from the path (section 5.2.4). */
    private static String withoutDots(String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < path.length()) {
            int next = path.indexOf('/', at + 1);
            int end = next < 0 ? path.length() : next;
            String segment = path.substring(at, end);
            boolean up = segment.equals("/..");
            if (up) {
                out.setLength(Math.max(0, out.lastIndexOf("/")));
            }
            if (!up && !segment.equals("/.")) {
                out.append(segment);
            } else if (next < 0) {
                out.append('/');
            }
            at = end;
        }
        return (out.isEmpty() ? "/" : out) + (question < 0 ? "" : target.substring(question));
    }
}
