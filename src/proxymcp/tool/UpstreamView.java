package proxymcp.tool;

import java.util.Map;
import java.util.function.Function;
import proxymcp.json.Json;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

/** Upstream proxies as results and manifests show them, never with a password. */
final class UpstreamView {
    /** Characters that entries for single hosts have in a status. */
    private static final int HOSTS_CHARS_MAX = 12_000;

    private UpstreamView() {}

    /** One entry, for a result. */
    static JsonObject of(UpstreamProxies.Entry entry) {
        return entry(entry, UpstreamProxy::maskedUrl);
    }

    /** The members {@code globalUpstream} and {@code hostUpstreams} of a status. */
    static JsonObject shown(UpstreamProxies proxies) {
        return members(proxies, UpstreamProxy::maskedUrl);
    }

    /** The same for a manifest, where not even the place of a password is seen. */
    static JsonObject recorded(UpstreamProxies proxies) {
        return members(proxies, UpstreamProxy::urlWithoutPassword);
    }

    private static JsonObject members(UpstreamProxies proxies, Function<UpstreamProxy, String> url) {
        JsonObject.Builder hosts = JsonObject.builder();
        int shown = 0;
        int chars = 0;
        for (Map.Entry<String, UpstreamProxies.Entry> host : proxies.hosts().entrySet()) {
            JsonObject entry = entry(host.getValue(), url);
            chars += host.getKey().length() + Json.text(entry).length();
            if (chars > HOSTS_CHARS_MAX) {
                break;
            }
            hosts.put(host.getKey(), entry);
            shown++;
        }
        JsonObject.Builder members = JsonObject.builder()
                .put("globalUpstream", proxies.global().isPresent() ? entry(proxies.global().get(), url) : JsonNull.NULL)
                .put("hostUpstreams", hosts.build());
        if (shown < proxies.hosts().size()) {
            members.put("hostUpstreamsTotal", proxies.hosts().size());
        }
        return members.build();
    }

    private static JsonObject entry(UpstreamProxies.Entry entry, Function<UpstreamProxy, String> url) {
        JsonObject.Builder members = JsonObject.builder().put("proxyUrl", url.apply(entry.proxy()));
        if (!entry.except().texts().isEmpty()) {
            members.putStrings("noProxy", entry.except().texts());
        }
        return members.build();
    }
}
