package proxymcp.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Collections;

/**
 * Which requests go out through which proxy. Immutable; a change makes another one.
 *
 * @param global for hosts that have no entry of their own
 * @param hosts entries by {@link #host(String)}, in the order they were made; the most exact one that holds for a host goes before {@code global}
 */
public record UpstreamProxies(Optional<Entry> global, Map<String, Entry> hosts) {
    /** Everything goes out directly. */
    public static final UpstreamProxies NONE = new UpstreamProxies(Optional.empty(), Map.of());
    /** Most entries for single hosts that are taken from callers. */
    public static final int HOSTS_MAX = 1_000;

    /**
     * A proxy, and the hosts that are spared.
     *
     * @param proxy where requests go
     * @param except hosts that are reached directly all the same
     */
    public record Entry(UpstreamProxy proxy, NoProxy except) {}

    /** Copies the entries. */
    public UpstreamProxies {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /**
     * The form that hosts are kept in: a name in lower case, international ones as A-labels; an address, IPv6 without brackets; or
     * {@code *.suffix} for all names below one, which may be given as {@code .suffix}.
     *
     * @throws IllegalArgumentException for anything else, saying what is right
     */
    public static String host(String text) {
        return UpstreamHost.pattern(text).orElseThrow(() -> new IllegalArgumentException(
                "expected a host name or an IP address, without a port, or *.example.com for all names below one"));
    }

    /** The same with another global proxy, or none. */
    public UpstreamProxies withGlobal(Optional<Entry> entry) {
        return new UpstreamProxies(entry, hosts);
    }

    /**
     * The same with this entry for {@code host}, which takes the place of an earlier one.
     *
     * @throws IllegalArgumentException as {@link #host(String)}
     */
    public UpstreamProxies withHost(String host, Entry entry) {
        Map<String, Entry> more = new LinkedHashMap<>(hosts);
        more.put(host(host), entry);
        return new UpstreamProxies(global, more);
    }

    /** The same without an entry for {@code host}, taken as {@link #withHost} takes it. */
    public UpstreamProxies withoutHost(String host) {
        Map<String, Entry> fewer = new LinkedHashMap<>(hosts);
        fewer.remove(host(host));
        return new UpstreamProxies(global, fewer);
    }

    /**
     * The proxy that requests to {@code host} go through: its own, that of the longest {@code *.suffix}, or else the global one; empty for
     * the direct way.
     */
    public Optional<UpstreamProxy> via(String host) {
        if (global.isEmpty() && hosts.isEmpty()) {
            return Optional.empty();
        }
        String compared = UpstreamHost.of(host);
        return own(compared).or(() -> global).filter(found -> !found.except().matches(compared)).map(Entry::proxy);
    }

    private Optional<Entry> own(String host) {
        Optional<Entry> found = Optional.ofNullable(hosts.get(host));
        if (found.isPresent() || hosts.isEmpty() || IpLiteral.parse(host).isPresent()) {
            return found;
        }
        for (int dot = host.indexOf('.'); dot >= 0 && found.isEmpty(); dot = host.indexOf('.', dot + 1)) {
            found = Optional.ofNullable(hosts.get(UpstreamHost.below(host, dot)));
        }
        return found;
    }
}
