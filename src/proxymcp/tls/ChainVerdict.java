package proxymcp.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Says why a server's certificates were rejected, and which switch lets them pass. */
final class ChainVerdict {
    private static final String SWITCHES =
            "trust its CA with upstream_ca_file, or accept any certificate with insecure_upstream";
    private static final String INSECURE = "accept any certificate with insecure_upstream";
    private static final int NAMES_SHOWN_MAX = 10;

    private ChainVerdict() {}

    static TlsException explain(RejectedChainException rejected, String host) {
        X509Certificate leaf = rejected.leaf();
        Throwable root = rejected;
        boolean pathFailed = false;
        for (Throwable cause = rejected; cause != null; cause = cause.getCause()) {
            pathFailed |= cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException;
            root = cause;
        }
        if (root instanceof CertificateExpiredException) {
            return verdict(TlsException.Reason.EXPIRED, "the certificate of " + host + " expired on "
                    + ended(rejected.chain()) + "; " + INSECURE, rejected);
        }
        if (root instanceof CertificateNotYetValidException) {
            return verdict(TlsException.Reason.NOT_YET_VALID, "the certificate of " + host + " is not valid before "
                    + leaf.getNotBefore().toInstant() + "; check this machine's clock, or " + INSECURE, rejected);
        }
        if (root instanceof CertPathBuilderException) {
            return untrusted(rejected, host);
        }
        if (pathFailed) {
            return verdict(TlsException.Reason.BAD_CERTIFICATE,
                    "the certificate of " + host + " is not acceptable: " + root.getMessage() + "; " + INSECURE, rejected);
        }
        return otherName(rejected, host);
    }

    private static TlsException untrusted(RejectedChainException rejected, String host) {
        X509Certificate leaf = rejected.leaf();
        if (leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
            return verdict(TlsException.Reason.SELF_SIGNED,
                    "the certificate of " + host + " is self-signed (" + leaf.getSubjectX500Principal() + "); " + SWITCHES,
                    rejected);
        }
        X509Certificate[] chain = rejected.chain();
        return verdict(TlsException.Reason.UNTRUSTED_ISSUER, "the certificate of " + host
                + " is issued by an authority that is not trusted (" + chain[chain.length - 1].getIssuerX500Principal()
                + "); " + SWITCHES, rejected);
    }

    private static TlsException otherName(RejectedChainException rejected, String host) {
        List<String> names = names(rejected.leaf());
        if (names.isEmpty()) {
            return verdict(TlsException.Reason.NAME_MISMATCH, "the certificate of " + host + " names no host: "
                    + rejected.getMessage() + "; " + INSECURE, rejected);
        }
        return verdict(TlsException.Reason.NAME_MISMATCH, "the certificate is for " + shown(names) + ", not " + host
                + "; " + INSECURE, rejected);
    }

    private static String shown(List<String> names) {
        return names.size() <= NAMES_SHOWN_MAX
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, NAMES_SHOWN_MAX)) + " and " + (names.size() - NAMES_SHOWN_MAX) + " more";
    }

    /** The DNS names and IP addresses of the certificate's alternative names. */
    private static List<String> names(X509Certificate leaf) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(1) instanceof String name) {
                        names.add(name);
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // Names that cannot be read are no names.
            return List.of();
        }
        return names;
    }

    /** The earliest end in the chain: that is the one which expired. */
    private static String ended(X509Certificate[] chain) {
        X509Certificate first = chain[0];
        for (X509Certificate certificate : chain) {
            if (certificate.getNotAfter().before(first.getNotAfter())) {
                first = certificate;
            }
        }
        return first.getNotAfter().toInstant().toString();
    }

    private static TlsException verdict(TlsException.Reason reason, String message, RejectedChainException cause) {
        return new TlsException(reason, message, cause);
    }
}
