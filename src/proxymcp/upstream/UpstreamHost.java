package proxymcp.upstream;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * Hosts in the one form that they are compared in: names in lower case, international ones as A-labels, without a final dot; addresses in
 * one spelling, IPv6 without brackets.
 */
final class UpstreamHost {
    private static final String BELOW = "*.";

    private UpstreamHost() {}

    /** What {@code host} of a request is compared as. */
    static String of(String host) {
        return IpLiteral.parse(host).map(UpstreamHost::spelled).orElseGet(() -> withoutFinalDot(host));
    }

    /** A host, or {@code *.suffix} for all names below one, which may be given as {@code .suffix}; empty if {@code given} is neither. */
    static Optional<String> pattern(String given) {
        String text = given.strip();
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        Optional<InetAddress> address = IpLiteral.parse(bare);
        if (address.isPresent()) {
            return address.map(UpstreamHost::spelled);
        }
        String suffix = text.startsWith(BELOW) ? text.substring(1) : text;
        if (!suffix.startsWith(".")) {
            return name(text);
        }
        return name(suffix.substring(1)).filter(name -> IpLiteral.parse(name).isEmpty()).map(name -> BELOW + name);
    }

    /** A host's name; empty if {@code text} cannot be one. */
    static Optional<String> name(String text) {
        String name = withoutFinalDot(text);
        try {
            String ascii = name.chars().allMatch(c -> c < 0x80) ? name : IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
            return Optional.of(ascii.toLowerCase(Locale.ROOT)).filter(UpstreamProxy::isHostName);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // A label that no international name has.
        }
    }

    /** The pattern that holds for all names of {@code host} from {@code dot} on. */
    static String below(String host, int dot) {
        return "*" + host.substring(dot);
    }

    private static String withoutFinalDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** Java writes IPv6 with all its zeros, which nobody types. */
    private static String spelled(InetAddress address) {
        return address.getHostAddress().replaceFirst("(^|:)(0(:|$)){2,}", "::");
    }
}
