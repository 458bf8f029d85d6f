package proxymcp.tool;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.LiveBuffer;
import proxymcp.http.Authority;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.tls.CertificateAuthority;

/** The proxy as results and the status resource show it. */
final class ProxyView {
    private final ProxyControl control;
    private final SessionView sessions;

    ProxyView(ProxyControl control, SessionControl sessions) {
        this.control = control;
        this.sessions = new SessionView(sessions);
    }

    /** The members of a started proxy: where it listens, what to trust, how to use it. */
    JsonObject started(ProxyServer server, CertificateAuthority authority) {
        InetSocketAddress address = server.address();
        JsonObject.Builder started = JsonObject.builder().put("port", address.getPort()).put("url", url(address))
                .put("certFingerprint", authority.spkiFingerprint()).put("persistence", sessions.runtime())
                .put("setup", setup(address, authority.certificateFile()));
        server.transparentAddress().ifPresent(transparent -> started.put("transparentPort", transparent.getPort()));
        return started.build();
    }

    /** The members of proxy_status. */
    JsonObject status() {
        ProxyControl.State state = control.state();
        Optional<ProxyControl.Run> running = state.running();
        JsonObject.Builder status = JsonObject.builder().put("running", running.isPresent())
                .put("port", state.last().isPresent() ? JsonNumber.of(state.last().get().port()) : JsonNull.NULL)
                .put("url", running.isPresent() ? new JsonString(url(running.get().server().address())) : JsonNull.NULL)
                .put("certFingerprint", state.authority().isPresent()
                        ? new JsonString(state.authority().get().spkiFingerprint()) : JsonNull.NULL);
        if (running.isPresent()) {
            status.put("bindAddress", host(running.get().server().address()))
                    .put("requireAuth", running.get().settings().requireAuth().isPresent())
                    .put("insecureUpstream", running.get().settings().insecureUpstream())
                    .put("acceptEncoding", running.get().settings().listener().acceptEncoding().id())
                    .put("openConnections", running.get().server().openConnections());
        }
        return status.putAll(UpstreamView.shown(control.upstreams())).put("ruleCount", 0)
                .put("trafficCount", control.live().size()).put("transparentProxy", transparent(state)).put("liveBuffer", liveBuffer())
                .put("persistence", sessions.runtime()).build();
    }

    /** The port for redirected traffic; what came through it is counted since the start, and kept after a stop like the port. */
    private static JsonObject transparent(ProxyControl.State state) {
        Optional<ProxyServer> last = state.last().map(ProxyControl.Run::server);
        Optional<InetSocketAddress> address = last.flatMap(ProxyServer::transparentAddress);
        return JsonObject.builder().put("running", state.running().isPresent() && address.isPresent())
                .putOrNull("port", address.map(known -> JsonNumber.of(known.getPort())))
                .put("trafficCount", last.isPresent() ? last.get().transparentExchanges() : 0L).build();
    }

    private JsonObject liveBuffer() {
        LiveBuffer live = control.live();
        return JsonObject.builder().put("exchanges", live.size()).put("exchangesMax", live.limits().exchangesMax())
                .put("bodyBytes", live.bytesKept()).put("bodyBytesMax", live.limits().bodyBytesTotalMax())
                .put("oneBodyBytesMax", live.limits().bodyBytesMax()).build();
    }

    /** How a proxy is set, for the manifest of what is recorded with it. */
    static JsonObject settings(ProxyControl.Run run) {
        ProxySettings settings = run.settings();
        Optional<InetSocketAddress> transparent = run.server().transparentAddress();
        JsonObject.Builder shown = JsonObject.builder();
        if (transparent.isPresent()) {
            shown.put("transparentPort", transparent.get().getPort()).put("transparentTargetPort", settings.listener().transparentTargetPort());
        }
        return shown.put("acceptEncoding", settings.listener().acceptEncoding().id()).put("listener", Authority.uriHost(host(run.server().address())) + ":" + run.port())
                .put("bindAddress", settings.bindAddress()).put("insecureUpstream", settings.insecureUpstream())
                .putOrNull("upstreamCaFile", settings.upstreamCaFile().map(file -> new JsonString(file.toString())))
                .put("requireAuth", settings.requireAuth().isPresent()).putIf("targetId", settings.targetId())
                .putAll(UpstreamView.recorded(run.server().upstreams()))
                .putStrings("insecureHosts", OriginTlsView.insecureHosts(run.origins()))
                .put("originTls", OriginTlsView.recorded(run.origins())).put("serverTlsCapture", run.origins().isServerCaptured()).build();
    }

    private static JsonObject setup(InetSocketAddress address, Path certificateFile) {
        String url = url(address);
        return JsonObject.builder().put("proxyHost", host(address)).put("proxyPort", address.getPort())
                .putStrings("instructions", List.of(
                        "Send traffic through " + url + ", e.g. http_proxy=" + url + " https_proxy=" + url,
                        "Trust the certificate " + certificateFile + " where HTTPS is used, e.g. curl --proxy " + url + " --cacert "
                                + certificateFile + " https://...; proxy_get_ca_cert says how elsewhere",
                        "Look at what passed with proxy_list_traffic"))
                .build();
    }

    /** What clients on this machine are told to use; a listener on all addresses is reached on 127.0.0.1. */
    static String url(InetSocketAddress address) {
        InetAddress bound = address.getAddress();
        String host = bound.isAnyLocalAddress() ? "127.0.0.1" : Authority.uriHost(bound.getHostAddress());
        return "http://" + host + ":" + address.getPort();
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress();
    }
}
