package proxymcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import proxymcp.exchange.TlsInfo;

/**
 * Answers the handshake of an intercepted client with a certificate for the name it asked for.
 *
 * <p>Any number of threads may use one instance. {@link TlsSetup#beforeFirstUse} must have run before.
 */
public final class TlsInterceptor {
    private final LeafCertificates leaves;
    private final List<String> protocols;

    /**
     * Serves certificates of {@code leaves}.
     *
     * @param protocols what ALPN may agree on, the most wanted first, such as {@code http/1.1}
     */
    public TlsInterceptor(LeafCertificates leaves, List<String> protocols) {
        this.leaves = leaves;
        this.protocols = List.copyOf(protocols);
    }

    /**
     * Does the handshake; blocks until it is done or the socket's timeout runs out. On failure the socket is left to the
     * caller to close.
     *
     * <p>A client whose ALPN names nothing that we speak gets none, and may then use HTTP/1.1 or leave.
     *
     * @param socket the accepted connection; closing the result closes it
     * @param beginning what was read from it so far
     * @param fallbackName the name to serve when the hello has none or one that no certificate can be made for: the host
     *     of CONNECT, or the address that was dialled
     * @throws TlsException if the handshake fails or no certificate can be made
     * @throws IOException if the connection fails
     */
    public TlsConnection intercept(Socket socket, ClientHelloReader.Tls beginning, String fallbackName)
            throws IOException {
        ClientHello hello = beginning.hello();
        // A handshake is several small writes; without this each of them may wait 40 ms for an acknowledgement.
        socket.setTcpNoDelay(true);
        SSLContext context = leaves.serverContext(nameToServe(hello, fallbackName));
        String[] retryGroups = retryGroups(hello);
        InputStream read = retryGroups.length == 0 ? new ByteArrayInputStream(beginning.bytesRead())
                : EarlyData.skipped(beginning.bytesRead(), hello.records().length, socket.getInputStream());
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, read, true);
        tls.setUseClientMode(false);
        if (retryGroups.length > 0) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setNamedGroups(retryGroups);
            tls.setSSLParameters(parameters);
        }
        tls.setHandshakeApplicationProtocolSelector((self, offered) -> choose(offered));
        try {
            tls.startHandshake();
        } catch (IOException e) {
            throw HandshakeFailure.ofClient(e, hello);
        }
        return new TlsConnection(tls, info(tls, hello));
    }

    /** Groups to answer with, where early data must be skipped; none elsewhere. */
    private static String[] retryGroups(ClientHello hello) {
        try {
            return EarlyData.isIn(hello) ? EarlyData.groupsToAskFor(hello) : new String[0];
        } catch (MalformedHelloException e) {
            return new String[0]; // JSSE refuses it.
        }
    }

    private static CertificateName nameToServe(ClientHello hello, String fallbackName) throws TlsException {
        Optional<CertificateName> name = hello.serverName().flatMap(CertificateName::parse)
                .or(() -> CertificateName.parse(fallbackName));
        return name.orElseThrow(() -> new TlsException(TlsException.Reason.LOCAL,
                "no certificate can be made for the name \"" + fallbackName + "\""));
    }

    /** JSSE's contract: an empty string means that ALPN is not used. */
    private String choose(List<String> offered) {
        for (String protocol : protocols) {
            if (offered.contains(protocol)) {
                return protocol;
            }
        }
        return "";
    }

    private static TlsInfo info(SSLSocket tls, ClientHello hello) {
        SSLSession session = tls.getSession();
        return new TlsInfo(session.getProtocol(), session.getCipherSuite(), Alpn.agreed(tls), hello.serverName(),
                hello.records(), Optional.of(Ja3.of(hello).md5()), Optional.of(Ja4.of(hello).hashed()), Optional.empty(),
                List.of());
    }
}
