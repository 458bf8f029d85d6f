package proxymcp.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import proxymcp.exchange.TlsInfo;

/**
 * The client's side of TLS, towards origins and proxies. Any number of threads may use one instance; it keeps one context,
 * so that sessions are resumed. The trust store is read at the first handshake and not before.
 */
public final class ClientTls {
    /** Sessions kept for resumption; JSSE's own bound is 20,480, each with its certificates. */
    private static final int SESSIONS_MAX = 1000;

    private final UpstreamTrust trust;
    private final List<String> protocols;
    private final Optional<ClientIdentity> identity;
    private final Optional<TlsVersion> minVersion;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@code lock}; empty until the first handshake. */
    private Optional<SSLContext> context = Optional.empty();

    /**
     * Accepts what {@code trust} says.
     *
     * @param protocols what ALPN offers, in order, such as {@code http/1.1}; none for no ALPN
     */
    public ClientTls(UpstreamTrust trust, List<String> protocols) {
        this(trust, protocols, Optional.empty(), Optional.empty());
    }

    /** As the other one, with a certificate for servers that ask for one, and the oldest version that is offered. */
    ClientTls(UpstreamTrust trust, List<String> protocols, Optional<ClientIdentity> identity, Optional<TlsVersion> minVersion) {
        this.trust = trust;
        this.protocols = List.copyOf(protocols);
        this.identity = identity;
        this.minVersion = minVersion;
    }

    /**
     * Does the handshake on a connected socket; blocks until it is done or the socket's timeout runs out. On failure the
     * socket is left to the caller to close.
     *
     * @param socket the connection; closing the result closes it
     * @param host the name or IP address that the certificate must be for, with or without brackets
     * @param port the port of the origin, under which its session is kept
     * @throws TlsException if the handshake fails, with the reason and the switch that helps
     * @throws IOException if the connection fails
     */
    public TlsConnection connect(Socket socket, String host, int port) throws IOException {
        Optional<CertificateName> name = CertificateName.parse(host);
        String peer = name.map(CertificateName::text).orElse(host);
        // A handshake is several small writes; without this each of them may wait 40 ms for an acknowledgement.
        socket.setTcpNoDelay(true);
        ServerHelloTap tap = new ServerHelloTap(socket);
        SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(tap, peer, port, true);
        tls.setUseClientMode(true);
        tls.setSSLParameters(parameters(tls, name));
        try {
            tls.startHandshake();
            if (verifiesNameItself(peer)) {
                HostNameCheck.check(peerChain(tls), peer);
            }
        } catch (IOException e) {
            throw HandshakeFailure.ofServer(e, peer, identity.isPresent(), minVersion);
        }
        return new TlsConnection(tls, info(tls, name, tap));
    }

    /** Any DNS name: JSSE itself leaves out names without a dot and refuses those with an underscore. */
    private static final class HostName extends SNIServerName {
        HostName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private SSLParameters parameters(SSLSocket tls, Optional<CertificateName> name) {
        SSLParameters parameters = tls.getSSLParameters();
        if (name.isPresent() && name.get() instanceof CertificateName.Dns dns) {
            parameters.setServerNames(List.of(new HostName(dns.text())));
        } else {
            parameters.setServerNames(List.of());
        }
        if (!protocols.isEmpty()) {
            parameters.setApplicationProtocols(protocols.toArray(new String[0]));
        }
        minVersion.ifPresent(version -> parameters.setProtocols(version.andNewer()));
        switch (trust) {
            case UpstreamTrust.Verify verify -> {
                if (!verifiesNameItself(name.map(CertificateName::text).orElse(""))) {
                    parameters.setEndpointIdentificationAlgorithm("HTTPS");
                }
            }
            case UpstreamTrust.AcceptAny any -> { }
        }
        return parameters;
    }

    /** JSSE refuses to compare names with an underscore, which are in use. */
    private boolean verifiesNameItself(String host) {
        return trust instanceof UpstreamTrust.Verify && host.indexOf('_') >= 0;
    }

    private SSLContext context() throws TlsException {
        lock.lock();
        try {
            if (context.isEmpty()) {
                SSLContext made = SSLContext.getInstance("TLS");
                KeyManager[] keys = identity.isPresent() ? new KeyManager[] {identity.get().keyManager()} : new KeyManager[0];
                made.init(keys, new TrustManager[] {TrustAnchors.trustManager(trust)}, null);
                made.getClientSessionContext().setSessionCacheSize(SESSIONS_MAX);
                context = Optional.of(made);
            }
            return context.get();
        } catch (GeneralSecurityException e) {
            throw new TlsException(TlsException.Reason.LOCAL, "TLS towards servers cannot be set up: " + e, e);
        } finally {
            lock.unlock();
        }
    }

    private static TlsInfo info(SSLSocket tls, Optional<CertificateName> name, ServerHelloTap tap) throws TlsException {
        SSLSession session = tls.getSession();
        Optional<String> sni = name.filter(CertificateName.Dns.class::isInstance).map(CertificateName::text);
        List<byte[]> certificates = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                certificates.add(certificate.getEncoded());
            }
        } catch (SSLPeerUnverifiedException e) {
            // Only an anonymous cipher suite comes without certificates.
            certificates.clear();
        } catch (CertificateEncodingException e) {
            throw new TlsException(TlsException.Reason.BAD_CERTIFICATE, "a certificate does not encode: " + e, e);
        }
        return new TlsInfo(session.getProtocol(), session.getCipherSuite(), Alpn.agreed(tls), sni, new byte[0],
                Optional.empty(), Optional.empty(), tap.serverHello().map(Ja3::ofServer).map(Ja3::md5),
                List.copyOf(certificates));
    }

    private static X509Certificate[] peerChain(SSLSocket tls) throws IOException {
        Certificate[] chain = tls.getSession().getPeerCertificates();
        X509Certificate[] x509 = new X509Certificate[chain.length];
        for (int i = 0; i < chain.length; i++) {
            x509[i] = (X509Certificate) chain[i];
        }
        return x509;
    }
}
