package proxymcp.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Turns what JSSE throws during a handshake into something a person can act on. */
final class HandshakeFailure {
    private static final String ALERT = "Received fatal alert: ";
    private static final String PLAINTEXT_ALERT = "Alert: ";

    private HandshakeFailure() {}

    /** The handshake with an intercepted client failed. */
    static IOException ofClient(IOException failure, ClientHello hello) {
        if (failure instanceof InterruptedIOException || isClosedHere(failure)) {
            return failure;
        }
        String client = hello.serverName().map(name -> "the client that asked for " + name).orElse("the client");
        String alert = alert(failure);
        return switch (alert) {
            case "" -> left(failure) ? goneClient(failure, client) : withoutAlert(failure, client);
            case "unknown_ca", "certificate_unknown", "bad_certificate", "unsupported_certificate" -> new TlsException(
                    TlsException.Reason.AUTHORITY_NOT_TRUSTED, client + " does not trust this proxy's authority (alert "
                            + alert + "); install the CA certificate there, or the client pins its certificates", failure);
            default -> refused(failure, client, alert);
        };
    }

    /** The handshake with an origin failed; {@code host} is the name that was asked for. */
    static IOException ofServer(IOException failure, String host, boolean identified, Optional<TlsVersion> minVersion) {
        if (isOfConnection(failure)) {
            return failure;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RejectedChainException rejected) {
                return ChainVerdict.explain(rejected, host);
            }
        }
        String alert = alert(failure);
        String server = "the server " + host;
        return switch (alert) {
            case "" -> withoutAlert(failure, server);
            case "certificate_required" -> new TlsException(TlsException.Reason.REFUSED_BY_PEER, server
                    + " asks for a client certificate, and " + (identified ? "the one that is set does not fit" : "this proxy has none")
                    + "; set one with proxy_set_origin_tls", failure);
            case "protocol_version" -> new TlsException(TlsException.Reason.NO_COMMON_PARAMETERS, server + " refused the handshake with alert "
                    + alert + "; it speaks none of the versions that this Java offers ("
                    + String.join(", ", minVersion.orElse(TlsVersion.TLS_1_0).andNewer()) + ")" + olderVersions(minVersion), failure);
            default -> refused(failure, server, alert);
        };
    }

    private static String olderVersions(Optional<TlsVersion> minVersion) {
        if (minVersion.isPresent() && minVersion.get().compareTo(TlsVersion.TLS_1_2) > 0) {
            return "; min_version of proxy_set_origin_tls is " + minVersion.get().id();
        }
        return TlsVersion.TLS_1_0.isEnabled() && TlsVersion.TLS_1_1.isEnabled() ? ""
                : ". Older ones are offered when the server is started with -Djava.security.properties=FILE, where FILE sets "
                        + "jdk.tls.disabledAlgorithms without them";
    }

    private static boolean isOfConnection(IOException failure) {
        return failure instanceof InterruptedIOException || failure instanceof SocketException;
    }

    private static boolean isClosedHere(IOException failure) {
        return failure instanceof SocketException && "Socket closed".equals(failure.getMessage());
    }

    /**
     * A client that rejects our certificate often leaves without an alert, or with one that is lost because our next write
     * meets a closed connection first.
     */
    private static TlsException goneClient(IOException failure, String client) {
        return new TlsException(TlsException.Reason.CLOSED, client + " closed the connection during the TLS handshake; "
                + "perhaps it does not trust this proxy's authority", failure);
    }

    private static boolean left(IOException failure) {
        return failure instanceof SocketException || failure.getCause() instanceof SocketException
                || failure instanceof EOFException || failure.getCause() instanceof EOFException
                || failure.getMessage() != null && failure.getMessage().contains("terminated the handshake");
    }

    private static TlsException refused(IOException failure, String peer, String alert) {
        boolean parameters = List.of("handshake_failure", "protocol_version", "insufficient_security").contains(alert);
        return new TlsException(
                parameters ? TlsException.Reason.NO_COMMON_PARAMETERS : TlsException.Reason.REFUSED_BY_PEER,
                peer + " refused the handshake with alert " + alert
                        + (parameters ? "; it may share no protocol version or cipher suite with this Java" : ""),
                failure);
    }

    private static IOException withoutAlert(IOException failure, String peer) {
        if (failure.getCause() instanceof SocketException reset) {
            return reset;
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (left(failure)) {
            return new TlsException(TlsException.Reason.CLOSED,
                    peer + " closed the connection during the TLS handshake", failure);
        }
        if (message.contains("plaintext connection") || message.contains("Unrecognized SSL message")
                || message.contains("Unsupported or unrecognized")) {
            return new TlsException(TlsException.Reason.NOT_TLS, peer + " does not speak TLS on this port", failure);
        }
        if (message.contains("in common") || message.contains("not enabled") || message.contains("not accepted")
                || message.contains("handshake_failure") || message.contains("protocol_version")) {
            return new TlsException(TlsException.Reason.NO_COMMON_PARAMETERS,
                    "no common TLS parameters with " + peer + ": " + message, failure);
        }
        if (failure instanceof SSLException) {
            return new TlsException(TlsException.Reason.REFUSED_BY_PEER,
                    "the TLS handshake with " + peer + " failed: " + message, failure);
        }
        return failure;
    }

    /**
     * The name of the alert that the peer sent, or an empty string. An alert in plaintext where TLS 1.3 expects it encrypted, as clients send
     * that reject the certificate early, is found in a cause.
     */
    private static String alert(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            for (String before : List.of(ALERT, PLAINTEXT_ALERT)) {
                int at = message.indexOf(before);
                if (at >= 0) {
                    return message.substring(at + before.length()).strip();
                }
            }
        }
        return "";
    }
}
