/**
 * TLS on both sides: the certificate authority and the certificates it issues, the handshake with an intercepted client,
 * the handshake with an origin, and what a ClientHello tells about its sender.
 *
 * <p>Does not know: HTTP, CONNECT, connections and their pools, exchanges other than
 * {@link proxymcp.exchange.TlsInfo}. Only this package imports BouncyCastle, and only
 * {@link proxymcp.tls.CertificateMaker} does: it is loaded when the first certificate is made, not when an existing
 * authority is read. Keys and signatures come from the JDK; BouncyCastle's provider is never registered.
 *
 * <p>Threads: everything public may be used by many threads at once. Handshakes block their (virtual) thread; locks held
 * meanwhile are {@link java.util.concurrent.locks.ReentrantLock}s.
 *
 * <p>Read {@link proxymcp.tls.TlsInterceptor} first, then {@link proxymcp.tls.LeafCertificates} and
 * {@link proxymcp.tls.ClientHello}.
 */
package proxymcp.tls;
