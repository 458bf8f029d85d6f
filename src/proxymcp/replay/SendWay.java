package proxymcp.replay;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import proxymcp.http.Authority;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonObject;
import proxymcp.tls.OriginTlsSettings;
import proxymcp.upstream.UpstreamProxies;

/**
 * How the origins of a run are reached.
 *
 * @param insecure whether certificates are accepted unverified
 * @param caFile PEM file with trust anchors beside the JDK's
 * @param origins what holds for TLS with single origins
 * @param proxies what requests go out through
 */
public record SendWay(boolean insecure, Optional<Path> caFile, OriginTlsSettings origins, UpstreamProxies proxies) {
    /**
     * Passwords and keys that this process holds: manifests do not.
     *
     * @param origins settings for TLS with single origins
     * @param proxies upstream proxies
     */
    public record Secrets(OriginTlsSettings origins, UpstreamProxies proxies) {
        /** None. */
        public static Secrets none() {
            return new Secrets(new OriginTlsSettings(), UpstreamProxies.NONE);
        }
    }

    /**
     * The way that a session was recorded on, unless {@code settings} say otherwise.
     *
     * @param recorded the settings in the session's manifest
     * @param secrets where the password of a proxy or the key of a client certificate is found
     * @throws PlanException if something is needed that is not kept
     */
    public static SendWay of(JsonObject recorded, SendSettings settings, Plan plan, Secrets secrets) throws PlanException {
        if (settings.useRules()) {
            throw new PlanException("use_rules: rules cannot be applied to replayed requests yet; overrides change requests");
        }
        Set<String> hosts = hosts(plan);
        boolean insecure = settings.insecureUpstream().orElse(recorded.get("insecureUpstream").filter(JsonBoolean.TRUE::equals).isPresent());
        Optional<Path> caFile = settings.caFile().or(() -> recorded.string("upstreamCaFile").map(Path::of));
        return new SendWay(insecure, caFile, new RecordedTls(recorded, settings, hosts, secrets.origins()).origins(),
                new RecordedProxies(recorded, settings, hosts, secrets.proxies()).proxies());
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
