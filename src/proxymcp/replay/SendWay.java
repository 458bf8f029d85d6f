package proxymcp.replay;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import proxymcp.http.Authority;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;
import proxymcp.rule.RuleBook;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.UpstreamProxies;

/**
 * How the origins of a run are reached.
 *
 * @param insecure whether certificates are accepted unverified
 * @param caFile PEM file with trust anchors beside the JDK's
 * @param origins what holds for TLS with single origins
 * @param proxies what requests go out through
 * @param rules what requests follow besides; empty for none
 */
public record SendWay(boolean insecure, Optional<Path> caFile, OriginTlsSettings origins, UpstreamProxies proxies,
        Optional<RuleBook> rules) {
    /**
     * What holds in this process: passwords, keys and rules, which manifests do not have.
     *
     * @param origins settings for TLS with single origins
     * @param proxies upstream proxies
     * @param rules the proxy's
     */
    public record OwnSettings(OriginTlsSettings origins, UpstreamProxies proxies, RuleBook rules) {}

    /**
     * The way that a session was recorded on, unless {@code settings} say otherwise.
     *
     * @param recorded the settings in the session's manifest
     * @param own where the password of a proxy or the key of a client certificate is found
     * @throws PlanException if something is needed that is not kept
     */
    public static SendWay of(JsonObject recorded, SendSettings settings, Plan plan, OwnSettings own) throws PlanException {
        Set<String> hosts = hosts(plan);
        boolean insecure = settings.insecureUpstream().orElse(recorded.get("insecureUpstream").filter(JsonBoolean.TRUE::equals).isPresent());
        Optional<Path> caFile = settings.caFile().or(() -> recorded.string("upstreamCaFile").map(Path::of));
        return new SendWay(insecure, caFile, new RecordedTls(recorded, settings, hosts, own.origins()).origins(),
                new RecordedProxies(recorded, settings, hosts, own.proxies()).proxies(),
                settings.useRules() ? Optional.of(own.rules()) : Optional.empty());
    }

    private static Set<String> hosts(Plan plan) {
        Set<String> origins = new HashSet<>();
        plan.items().forEach(item -> item.skipped().ifPresentOrElse(skip -> { }, () -> origins.add(item.origin())));
        plan.refreshItems().forEach(item -> origins.add(item.origin()));
        Set<String> hosts = new HashSet<>();
        for (String origin : origins) {
            Authority.parse(origin.substring(origin.indexOf("://") + 3)).ifPresent(authority -> hosts.add(authority.host()));
        }
        return hosts;
    }
}
