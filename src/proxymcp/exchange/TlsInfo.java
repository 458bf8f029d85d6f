package proxymcp.exchange;

import java.util.List;
import java.util.Optional;

/**
 * What was agreed in one TLS handshake.
 *
 * @param version protocol version as JSSE names it, such as {@code TLSv1.3}
 * @param cipher cipher suite by its IANA name
 * @param alpn protocol chosen by ALPN
 * @param sni server name that the client asked for
 * @param clientHello the ClientHello message as sent, TLS records included; empty when unknown
 * @param ja3 JA3 of the client, MD5 in hex
 * @param ja4 JA4 of the client
 * @param ja3s JA3S of the server, MD5 in hex
 * @param certificates the server's certificates in DER, leaf first; empty on the client's side
 */
public record TlsInfo(String version, String cipher, Optional<String> alpn, Optional<String> sni, byte[] clientHello,
        Optional<String> ja3, Optional<String> ja4, Optional<String> ja3s, List<byte[]> certificates) {}
