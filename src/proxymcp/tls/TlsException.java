package proxymcp.tls;

import java.io.IOException;

/**
 * A TLS handshake that did not come about, with a sentence a person can act on. Timeouts are not wrapped: they stay
 * {@link java.net.SocketTimeoutException}. Nor are resets by a server ({@link java.net.SocketException}); a reset by an
 * intercepted client counts as {@link Reason#CLOSED}, because that is how many of them reject a certificate.
 */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why a handshake failed. */
    public enum Reason {
        /** The peer's certificate leads to no authority that is trusted. */
        UNTRUSTED_ISSUER,
        /** The peer's certificate is signed by itself and is not trusted. */
        SELF_SIGNED,
        /** A certificate of the peer's chain is past its end. */
        EXPIRED,
        /** A certificate of the peer's chain is not valid yet. */
        NOT_YET_VALID,
        /** The peer's certificate is for another name. */
        NAME_MISMATCH,
        /** The peer's certificate cannot be used for another reason, such as a weak key. */
        BAD_CERTIFICATE,
        /** The two sides share no protocol version, cipher suite or group. */
        NO_COMMON_PARAMETERS,
        /** The peer answered with an alert. */
        REFUSED_BY_PEER,
        /** An intercepted client does not trust our authority. */
        AUTHORITY_NOT_TRUSTED,
        /** The peer closed the connection during the handshake. */
        CLOSED,
        /** What the peer sent is not TLS. */
        NOT_TLS,
        /** Something on our side: no certificate can be made, or a trust file cannot be used. */
        LOCAL
    }

    private final Reason reason;

    TlsException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    TlsException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** The kind of failure. */
    public Reason reason() {
        return reason;
    }
}
