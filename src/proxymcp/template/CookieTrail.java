package proxymcp.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;
import proxymcp.diff.Side;

/** Which answers set which cookies. Not for several threads. */
final class CookieTrail {
    /**
     * A cookie that an answer set.
     *
     * @param step index of the exchange
     * @param host that set it, without port
     * @param domain its attribute, without a leading dot; empty without one
     */
    record Setting(int step, String host, String domain, String value) {
        /** Whether a client sends it to this host (RFC 6265 section 5.1.3). */
        boolean isFor(String other) {
            return domain.isEmpty() ? host.equals(other) : other.equals(domain) || other.endsWith("." + domain);
        }
    }

    private final Map<String, List<Setting>> byName = new HashMap<>();

    /** Takes what an answer sets; steps come in order. */
    void add(FlowExchange exchange, ExchangeFields fields) {
        Map<String, String> domains = new HashMap<>();
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().side() == Side.RESPONSE && leaf.location().part() == Part.COOKIE && leaf.location().name().endsWith(";domain")) {
                String name = leaf.location().name();
                String domain = leaf.value().toLowerCase(Locale.ROOT);
                domains.put(name.substring(0, name.length() - ";domain".length()), domain.startsWith(".") ? domain.substring(1) : domain);
            }
        }
        for (Leaf leaf : fields.flat()) {
            String name = leaf.location().name();
            if (leaf.location().side() == Side.RESPONSE && leaf.location().part() == Part.COOKIE && name.indexOf(';') < 0) {
                byName.computeIfAbsent(name, added -> new ArrayList<>()).add(new Setting(exchange.index(), host(exchange),
                        domains.getOrDefault(name, ""), leaf.value()));
            }
        }
    }

    /** The host of an exchange, without port. */
    static String host(FlowExchange exchange) {
        String host = exchange.endpoint().host();
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    /** Who set cookies of a name, for whichever host, the newest last. */
    List<Setting> of(String name) {
        return byName.getOrDefault(name, List.of());
    }
}
