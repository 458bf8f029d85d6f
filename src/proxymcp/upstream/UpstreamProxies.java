package proxymcp.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Collections;

/**
 * Which requests go out through which proxy. Immutable; a change makes another one.
 *
 * @param global for hosts that have no entry of their own
 * @param hosts entries by lower-case host, in the order they were made; they go before {@code global}
 */
public record UpstreamProxies(Optional<Entry> global, Map<String, Entry> hosts) {
    /** Everything goes out directly. */
    public static final UpstreamProxies NONE = new UpstreamProxies(Optional.empty(), Map.of());

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

    /** The same with another global proxy, or none. */
    public UpstreamProxies withGlobal(Optional<Entry> entry) {
        return new UpstreamProxies(entry, hosts);
    }

    /** The same with this entry for {@code host}, lower case. */
    public UpstreamProxies withHost(String host, Entry entry) {
        Map<String, Entry> more = new LinkedHashMap<>(hosts);
        more.put(host, entry);
        return new UpstreamProxies(global, more);
    }

    /** The same without an entry for {@code host}. */
    public UpstreamProxies withoutHost(String host) {
        Map<String, Entry> fewer = new LinkedHashMap<>(hosts);
        fewer.remove(host);
        return new UpstreamProxies(global, fewer);
    }

    /** The proxy that requests to {@code host} go through: its own, or else the global one; empty for the direct way. */
    public Optional<UpstreamProxy> via(String host) {
        Entry own = hosts.get(host);
        Optional<Entry> entry = own == null ? global : Optional.of(own);
        return entry.filter(found -> !found.except().matches(host)).map(Entry::proxy);
    }
}
