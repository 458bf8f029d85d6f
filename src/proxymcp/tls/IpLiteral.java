package proxymcp.tls;

import java.util.Arrays;
import java.util.Optional;

/** IP addresses as text. Never asks the resolver, which {@code InetAddress.getByName} does for what is no literal. */
final class IpLiteral {
    private static final int IPV6_GROUPS = 8;

    private IpLiteral() {}

    /** Whether {@code text} is digits and dots only, so that it can be nothing but an IPv4 address. */
    static boolean looksLikeIpv4(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != '.') {
                return false;
            }
        }
        return text.indexOf('.') >= 0;
    }

    /** The 4 or 16 bytes of an address without brackets and zone; empty if {@code text} is none. */
    static Optional<byte[]> parse(String text) {
        return text.indexOf(':') < 0 ? ipv4(text) : ipv6(text);
    }

    private static Optional<byte[]> ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            int octet = number(parts[i], 10, 3);
            if (octet < 0 || octet > 255) {
                return Optional.empty();
            }
            address[i] = (byte) octet;
        }
        return Optional.of(address);
    }

    private static Optional<byte[]> ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text).filter(all -> all.length == 2 * IPV6_GROUPS);
        }
        Optional<byte[]> head = groups(text.substring(0, gap));
        Optional<byte[]> tail = groups(text.substring(gap + 2));
        if (head.isEmpty() || tail.isEmpty() || head.get().length + tail.get().length > 2 * IPV6_GROUPS - 2) {
            return Optional.empty();
        }
        byte[] address = new byte[2 * IPV6_GROUPS];
        System.arraycopy(head.get(), 0, address, 0, head.get().length);
        System.arraycopy(tail.get(), 0, address, address.length - tail.get().length, tail.get().length);
        return Optional.of(address);
    }

    /** Groups of four hex digits divided by colons; the last may be an IPv4 address (RFC 4291 section 2.2). */
    private static Optional<byte[]> groups(String text) {
        if (text.isEmpty()) {
            return Optional.of(new byte[0]);
        }
        String[] parts = text.split(":", -1);
        byte[] bytes = new byte[2 * parts.length + 2];
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                Optional<byte[]> last = ipv4(parts[i]);
                if (last.isEmpty()) {
                    return Optional.empty();
                }
                System.arraycopy(last.get(), 0, bytes, length, 4);
                length += 4;
            } else {
                int group = number(parts[i], 16, 4);
                if (group < 0) {
                    return Optional.empty();
                }
                bytes[length++] = (byte) (group >> 8);
                bytes[length++] = (byte) group;
            }
        }
        return Optional.of(Arrays.copyOf(bytes, length));
    }

    /** The number that {@code text} is, or -1 if it is none of 1..{@code digitsMax} digits. */
    private static int number(String text, int radix, int digitsMax) {
        if (text.isEmpty() || text.length() > digitsMax) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * radix + digit;
        }
        return number;
    }
}
