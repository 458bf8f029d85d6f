package proxymcp.upstream;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which hosts are reached without an upstream proxy. Names are compared as they stand in the request and never looked up, so an address
 * range holds for requests to addresses alone.
 */
public final class NoProxy {
    /** Every host goes through the proxy. */
    public static final NoProxy NONE = new NoProxy(List.of(), List.of());
    private static final String RIGHT = "expected a host (example.com), a suffix (.example.com or *.example.com), an address range "
            + "(10.0.0.0/8, fd00::/8), <local> or *, got ";

    private sealed interface Entry {
        boolean matches(String host, Optional<InetAddress> address);

        record Host(String name) implements Entry {
            @Override
            public boolean matches(String host, Optional<InetAddress> address) {
                return host.equals(name);
            }
        }

        /** @param suffix with its dot */
        record Below(String suffix) implements Entry {
            @Override
            public boolean matches(String host, Optional<InetAddress> address) {
                return address.isEmpty() && host.endsWith(suffix) && host.length() > suffix.length();
            }
        }

        /** @param bits how many of {@code network}'s bits count */
        record Range(InetAddress network, int bits) implements Entry {
            @Override
            public boolean matches(String host, Optional<InetAddress> address) {
                if (address.isEmpty()) {
                    return false;
                }
                byte[] want = network.getAddress();
                byte[] have = address.get().getAddress();
                if (want.length != have.length) {
                    return false;
                }
                for (int bit = 0; bit < bits; bit++) {
                    int mask = 0x80 >> (bit & 7);
                    if ((want[bit >> 3] & mask) != (have[bit >> 3] & mask)) {
                        return false;
                    }
                }
                return true;
            }
        }

        /** Names without a dot, and this machine. */
        record Local() implements Entry {
            @Override
            public boolean matches(String host, Optional<InetAddress> address) {
                return address.isPresent() ? address.get().isLoopbackAddress() : host.indexOf('.') < 0 || host.endsWith(".localhost");
            }
        }

        record All() implements Entry {
            @Override
            public boolean matches(String host, Optional<InetAddress> address) {
                return true;
            }
        }
    }

    private final List<String> texts;
    private final List<Entry> entries;

    private NoProxy(List<String> texts, List<Entry> entries) {
        this.texts = texts;
        this.entries = entries;
    }

    /**
     * Reads entries: hosts, {@code .suffix} and {@code *.suffix} (names below it), address ranges, {@code <local>} (names without a dot,
     * and loopback), {@code *}.
     *
     * @throws IllegalArgumentException for an entry that is none of these, saying what is right
     */
    public static NoProxy parse(List<String> texts) {
        List<Entry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(entry(text, text.strip().toLowerCase(Locale.ROOT)));
        }
        return new NoProxy(List.copyOf(texts), List.copyOf(entries));
    }

    private static Entry entry(String given, String text) {
        if (text.equals("*")) {
            return new Entry.All();
        }
        if (text.equals("<local>")) {
            return new Entry.Local();
        }
        int slash = text.indexOf('/');
        if (slash >= 0) {
            return range(given, text.substring(0, slash), text.substring(slash + 1));
        }
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        Optional<InetAddress> address = IpLiteral.parse(bare);
        if (address.isPresent()) {
            return new Entry.Range(address.get(), address.get().getAddress().length * 8);
        }
        String suffix = text.startsWith("*.") ? text.substring(1) : text;
        String name = suffix.startsWith(".") ? suffix.substring(1) : suffix;
        String compared = UpstreamHost.name(name).orElseThrow(() -> new IllegalArgumentException(RIGHT + "\"" + given + "\""));
        return suffix.startsWith(".") ? new Entry.Below("." + compared) : new Entry.Host(compared);
    }

    /** {@code example.com.} is the same name as {@code example.com}. */
    private static String withoutRoot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static Entry range(String given, String network, String bits) {
        Optional<InetAddress> address = IpLiteral.parse(network);
        int most = address.isPresent() ? address.get().getAddress().length * 8 : 0;
        if (address.isPresent() && bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= most) {
            return new Entry.Range(address.get(), Integer.parseInt(bits));
        }
        throw new IllegalArgumentException(RIGHT + "\"" + given + "\"");
    }

    /** The entries as they were given. */
    public List<String> texts() {
        return texts;
    }

    /** Whether {@code host}, lower case, IPv6 without brackets, is reached without the proxy. */
    public boolean matches(String host) {
        if (entries.isEmpty()) {
            return false;
        }
        Optional<InetAddress> address = IpLiteral.parse(host);
        String name = withoutRoot(host);
        for (Entry entry : entries) {
            if (entry.matches(name, address)) {
                return true;
            }
        }
        return false;
    }
}
