package proxymcp.tls;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Compares a DNS name with a certificate's alternative names (RFC 9525 section 6.3), for names that JSSE refuses to
 * compare. A wildcard stands for the whole leftmost label and for no other.
 */
final class HostNameCheck {
    private static final int DNS_NAME = 2;

    private HostNameCheck() {}

    /**
     * Passes if the first certificate of {@code chain} is for {@code host}.
     *
     * @throws TlsException of reason {@code NAME_MISMATCH}
     */
    static void check(X509Certificate[] chain, String host) throws TlsException {
        try {
            Collection<List<?>> alternatives = chain[0].getSubjectAlternativeNames();
            if (alternatives != null && anyMatches(alternatives, host)) {
                return;
            }
        } catch (CertificateParsingException e) {
            throw mismatch(chain, host, e);
        }
        throw mismatch(chain, host, new CertificateException("no alternative name matches"));
    }

    private static boolean anyMatches(Collection<List<?>> alternatives, String host) {
        for (List<?> alternative : alternatives) {
            if (alternative.get(0) instanceof Integer kind && kind == DNS_NAME
                    && alternative.get(1) instanceof String pattern && matches(pattern, host)) {
                return true;
            }
        }
        return false;
    }

    static boolean matches(String pattern, String host) {
        String wanted = host.toLowerCase(Locale.ROOT);
        String given = pattern.toLowerCase(Locale.ROOT);
        if (!given.startsWith("*.")) {
            return given.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        // "*.com" would stand for every name under it.
        return dot > 0 && given.indexOf('.', 2) > 0 && given.substring(1).equals(wanted.substring(dot));
    }

    private static TlsException mismatch(X509Certificate[] chain, String host, CertificateException cause) {
        return ChainVerdict.explain(new RejectedChainException(chain, cause), host);
    }
}
