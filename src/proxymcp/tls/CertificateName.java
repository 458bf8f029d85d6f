package proxymcp.tls;

import java.net.IDN;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The name that a leaf certificate is for. Made from what a client or a CONNECT request says: brackets, a port, a zone and
 * a trailing dot are taken off, letters are in lower case, international names are A-labels.
 */
sealed interface CertificateName {

    /** The name as text, in canonical form: equal names have equal text. */
    String text();

    /** A DNS name, at most 253 characters of labels with 1..63. */
    record Dns(String text) implements CertificateName {}

    /** An IP address of 4 or 16 bytes; {@code text} as it was given, without brackets. */
    record Ip(String text, byte[] address) implements CertificateName {
        @Override
        public boolean equals(Object other) {
            return other instanceof Ip that && Arrays.equals(address, that.address);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(address);
        }
    }

    /** Longest DNS name in presentation form (RFC 1035 section 2.3.4). */
    int DNS_CHARS_MAX = 253;

    /** The longest label of a DNS name. */
    int LABEL_CHARS_MAX = 63;

    /** Reads {@code given}; empty if no certificate can be made for it. */
    static Optional<CertificateName> parse(String given) {
        String name = withoutPort(given.strip());
        if (name.indexOf(':') >= 0) {
            return ipv6(name);
        }
        if (IpLiteral.looksLikeIpv4(name)) {
            return IpLiteral.parse(name).map(address -> new Ip(name, address));
        }
        return dns(name);
    }

    private static Optional<CertificateName> ipv6(String name) {
        int zone = name.indexOf('%');
        String literal = (zone < 0 ? name : name.substring(0, zone)).toLowerCase(Locale.ROOT);
        return IpLiteral.parse(literal).map(address -> new Ip(literal, address));
    }

    private static Optional<CertificateName> dns(String given) {
        String name = given.endsWith(".") ? given.substring(0, given.length() - 1) : given;
        if (name.isEmpty() || name.length() > DNS_CHARS_MAX) {
            return Optional.empty();
        }
        try {
            String ascii = isAscii(name) ? name : IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
            return isDnsName(ascii) ? Optional.of(new Dns(ascii.toLowerCase(Locale.ROOT))) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(String name) {
        return name.chars().allMatch(c -> c < 0x80);
    }

    /** Letters, digits, hyphens, and underscores, which are no host names but are asked for. */
    private static boolean isDnsName(String name) {
        int labelChars = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (labelChars == 0) {
                    return false;
                }
                labelChars = 0;
            } else if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
                labelChars++;
            } else {
                return false;
            }
            if (labelChars > LABEL_CHARS_MAX) {
                return false;
            }
        }
        return labelChars > 0 && name.length() <= DNS_CHARS_MAX;
    }

    /** Takes off brackets, and a port that stands after brackets or after the only colon. */
    private static String withoutPort(String given) {
        if (given.startsWith("[")) {
            int close = given.indexOf(']');
            return close < 0 ? given.substring(1) : given.substring(1, close);
        }
        int colon = given.indexOf(':');
        return colon >= 0 && colon == given.lastIndexOf(':') ? given.substring(0, colon) : given;
    }
}
