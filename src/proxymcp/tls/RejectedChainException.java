package proxymcp.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** A server's chain that did not pass, kept with the chain so that the reason can be told. */
final class RejectedChainException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient X509Certificate[] chain;

    RejectedChainException(X509Certificate[] chain, CertificateException cause) {
        super(cause.getMessage(), cause);
        this.chain = chain.clone();
    }

    X509Certificate leaf() {
        return chain[0];
    }

    X509Certificate[] chain() {
        return chain.clone();
    }
}
