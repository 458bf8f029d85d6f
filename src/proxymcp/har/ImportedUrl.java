package proxymcp.har;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Authority;

/**
 * A URL as a HAR file has it, taken apart.
 *
 * @param endpoint where the request went
 * @param target request target for HTTP/1: path and query; for a URL without a host what follows the scheme
 * @param isOdd whether it claims to have a host, but none that could be understood
 */
record ImportedUrl(Endpoint endpoint, String target, boolean isOdd) {
    private static final String HEX = "0123456789ABCDEF";

    /**
     * Takes a URL apart.
     *
     * @param latin1 whether characters up to U+00FF are octets of a target that came over a wire
     * @return empty if it has no scheme
     */
    static Optional<ImportedUrl> parse(String url, boolean latin1) {
        String text = url.strip();
        int colon = text.indexOf(':');
        if (!isScheme(text, colon)) {
            return Optional.empty();
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        if (!rest.startsWith("//")) {
            return Optional.of(withoutHost(scheme, rest, latin1, false));
        }
        int end = 2;
        while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        String authorityText = rest.substring(2, end);
        Optional<Authority> authority = Authority.parse(authorityText.substring(authorityText.lastIndexOf('@') + 1));
        if (authority.isEmpty()) {
            return Optional.of(withoutHost(scheme, rest, latin1, !authorityText.isEmpty()));
        }
        int port = authority.get().port().orElse(Endpoint.defaultPort(scheme));
        return Optional.of(new ImportedUrl(new Endpoint(scheme, authority.get().host(), port), target(rest.substring(end), latin1), false));
    }

    private static ImportedUrl withoutHost(String scheme, String rest, boolean latin1, boolean isOdd) {
        String target = escaped(rest, latin1);
        return new ImportedUrl(new Endpoint(scheme, "", -1), target.isEmpty() ? "*" : target, isOdd);
    }

    /** Path and query; no target holds a fragment (RFC 9112 section 3.2). */
    private static String target(String rest, boolean latin1) {
        int fragment = rest.indexOf('#');
        String target = escaped(fragment < 0 ? rest : rest.substring(0, fragment), latin1);
        return target.startsWith("/") ? target : "/" + target;
    }

    private static boolean isScheme(String text, int length) {
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return length > 0;
    }

    /** Percent-encodes what no target may hold. */
    private static String escaped(String text, boolean latin1) {
        int last = latin1 ? 0xFF : 0x7E;
        int i = 0;
        while (i < text.length() && isPlain(text.charAt(i), last)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.substring(0, i));
        while (i < text.length()) {
            int from = i;
            while (i < text.length() && !isPlain(text.charAt(i), last)) {
                i++;
            }
            for (byte octet : text.substring(from, i).getBytes(StandardCharsets.UTF_8)) {
                escaped.append('%').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
            }
            if (i < text.length()) {
                escaped.append(text.charAt(i++));
            }
        }
        return escaped.toString();
    }

    private static boolean isPlain(char c, int last) {
        return c > ' ' && c <= last && c != 0x7F;
    }
}
