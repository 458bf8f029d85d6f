package proxymcp.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/**
 * Upstream proxies as a manifest holds them, made proxies again.
 *
 * @param recorded the manifest's settings
 * @param settings what is to differ
 * @param hosts what requests go to: what is missing for others is not missed
 * @param current proxies of this process, which holds the passwords
 */
record RecordedProxies(JsonObject recorded, SendSettings settings, Set<String> hosts, UpstreamProxies current) {
    private static final String DIRECT = "direct";

    /** The proxies. */
    UpstreamProxies proxies() throws PlanException {
        if (settings.upstreamUrl().isPresent()) {
            return chosen(settings.upstreamUrl().get());
        }
        if (recorded.has("hostUpstreamsTotal")) {
            throw new PlanException("upstream_url: the session went out through more proxies than its manifest holds; give one, or direct");
        }
        UpstreamProxies made = UpstreamProxies.NONE;
        Optional<JsonObject> global = recorded.object("globalUpstream");
        if (global.isPresent()) {
            made = made.withGlobal(Optional.of(entry(global.get())));
        }
        for (JsonObject.Member member : recorded.object("hostUpstreams").orElse(JsonObject.EMPTY).members()) {
            if (member.value() instanceof JsonObject entry) {
                made = made.withHost(member.name(), entry(entry));
            }
        }
        requirePasswords(made);
        return made;
    }

    private static UpstreamProxies chosen(String url) throws PlanException {
        if (url.equals(DIRECT)) {
            return UpstreamProxies.NONE;
        }
        try {
            return UpstreamProxies.NONE.withGlobal(Optional.of(new UpstreamProxies.Entry(UpstreamProxy.parse(url), NoProxy.NONE)));
        } catch (IllegalArgumentException e) {
            throw new PlanException("upstream_url: " + e.getMessage() + ", or " + DIRECT + " for no proxy");
        }
    }

    private UpstreamProxies.Entry entry(JsonObject entry) throws PlanException {
        String url = entry.string("proxyUrl").orElse("");
        try {
            List<String> except = new ArrayList<>();
            for (JsonValue value : entry.array("noProxy").orElse(JsonArray.EMPTY)) {
                if (value instanceof JsonString text) {
                    except.add(text.value());
                }
            }
            return new UpstreamProxies.Entry(proxy(url), NoProxy.parse(except));
        } catch (IllegalArgumentException e) {
            throw new PlanException("upstream_url: the session went out through \"" + url + "\", which is no proxy: " + e.getMessage());
        }
    }

    /** The proxy with its password, if this process holds that; one that lacks it keeps the user, with an empty password. */
    private UpstreamProxy proxy(String url) {
        for (UpstreamProxies.Entry known : entries(current)) {
            if (known.proxy().urlWithoutPassword().equals(url)) {
                return known.proxy();
            }
        }
        int at = url.lastIndexOf('@');
        int user = url.indexOf("://") + 3;
        if (at < 0) {
            return UpstreamProxy.parse(url);
        }
        UpstreamProxy bare = UpstreamProxy.parse(url.substring(0, user) + url.substring(at + 1));
        return new UpstreamProxy(bare.kind(), bare.host(), bare.port(), Optional.of(new UpstreamProxy.Login(url.substring(user, at), "")));
    }

    private static List<UpstreamProxies.Entry> entries(UpstreamProxies proxies) {
        List<UpstreamProxies.Entry> entries = new ArrayList<>(proxies.hosts().values());
        proxies.global().ifPresent(entries::add);
        return entries;
    }

    private void requirePasswords(UpstreamProxies made) throws PlanException {
        for (String host : hosts) {
            Optional<UpstreamProxy> proxy = made.via(host);
            if (proxy.isPresent() && lacksPassword(proxy.get())) {
                throw new PlanException("upstream_url: the session reached " + host + " through " + proxy.get().urlWithoutPassword()
                        + ", whose password is not kept; give the proxy with it, or direct");
            }
        }
    }

    private static boolean lacksPassword(UpstreamProxy proxy) {
        return switch (proxy.kind()) {
            case SOCKS4, SOCKS4A -> false;
            case HTTP, HTTPS, SOCKS5, SOCKS5H -> proxy.login().isPresent() && proxy.login().get().password().isEmpty();
        };
    }
}
