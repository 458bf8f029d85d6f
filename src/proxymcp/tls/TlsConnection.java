package proxymcp.tls;

import javax.net.ssl.SSLSocket;
import proxymcp.exchange.TlsInfo;

/**
 * A connection whose handshake is done.
 *
 * @param socket reads and writes plain bytes; closing it closes the socket below
 * @param info what was agreed
 */
public record TlsConnection(SSLSocket socket, TlsInfo info) {}
