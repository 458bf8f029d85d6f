package proxymcp.tls;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import proxymcp.exchange.TlsInfo;

/**
 * TLS towards origins, each by the settings that hold for it. One {@link ClientTls} is kept for each distinct setting, so that sessions are
 * resumed between origins' connections and never across settings. Any thread may call.
 */
public final class OriginTls {
    /** Clients kept; when settings were changed more often, those in use are made again. */
    private static final int CLIENTS_MAX = 256;

    private final UpstreamTrust base;
    private final List<String> protocols;
    private final OriginTlsSettings settings;
    private final Map<OriginTlsSetting, ClientTls> clients = new ConcurrentHashMap<>();

    /**
     * @param base which certificates are accepted where nothing is set
     * @param protocols what ALPN offers
     * @param settings what is set for single origins, now and later
     */
    public OriginTls(UpstreamTrust base, List<String> protocols, OriginTlsSettings settings) {
        this.base = base;
        this.protocols = List.copyOf(protocols);
        this.settings = settings;
    }

    /** What is set for single origins. */
    public OriginTlsSettings settings() {
        return settings;
    }

    /** The client for {@code host} now. Another one than before says that a connection made with that is outdated. */
    public ClientTls client(String host) {
        OriginTlsSetting setting = settings.of(host);
        ClientTls known = clients.get(setting);
        if (known != null) {
            return known;
        }
        if (clients.size() >= CLIENTS_MAX) {
            clients.clear();
        }
        return clients.computeIfAbsent(setting, this::made);
    }

    /**
     * Does the handshake as {@link ClientTls#connect}, and leaves out of the result what is not to be recorded.
     *
     * @param client from {@link #client}
     */
    public TlsConnection connect(ClientTls client, Socket socket, String host, int port) throws IOException {
        TlsConnection made = client.connect(socket, host, port);
        if (settings.isServerCaptured()) {
            return made;
        }
        TlsInfo all = made.info();
        return new TlsConnection(made.socket(), new TlsInfo(all.version(), all.cipher(), all.alpn(), all.sni(), all.clientHello(), all.ja3(),
                all.ja4(), Optional.empty(), List.of()));
    }

    private ClientTls made(OriginTlsSetting setting) {
        return new ClientTls(trust(setting), protocols, setting.identity(), setting.minVersion());
    }

    private UpstreamTrust trust(OriginTlsSetting setting) {
        boolean insecure = setting.insecure().orElse(base instanceof UpstreamTrust.AcceptAny);
        if (insecure) {
            return new UpstreamTrust.AcceptAny();
        }
        UpstreamTrust.Verify verified = base instanceof UpstreamTrust.Verify verify ? verify : new UpstreamTrust.Verify(List.of());
        List<TrustedFile> more = new ArrayList<>(verified.read());
        setting.caFile().ifPresent(more::add);
        return new UpstreamTrust.Verify(verified.caFiles(), more);
    }
}
