package proxymcp.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells addresses from names, without ever looking a name up. */
final class IpLiteral {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    /** What Java takes for an address and does not look up. */
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]*(%.+)?");

    private IpLiteral() {}

    /** The address that {@code host} is, IPv6 without brackets; empty for a name. */
    static Optional<InetAddress> parse(String host) {
        Pattern shape = host.indexOf(':') < 0 ? IPV4 : IPV6;
        if (!shape.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host.replace("%25", "%")));
        } catch (UnknownHostException e) {
            return Optional.empty(); // 999.1.1.1 and the like are no addresses.
        }
    }
}
