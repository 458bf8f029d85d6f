package proxymcp.proxy;

import java.util.OptionalInt;

/**
 * What a proxy offers beside its main port, and what it changes of requests.
 *
 * @param transparentPort where redirected traffic arrives, 0..65535, 0 for any free one; empty for no such port
 * @param transparentTargetPort where redirected TLS goes, 1..65535: the ClientHello names a host and no port
 * @param acceptEncoding what becomes of Accept-Encoding
 */
public record ListenerOptions(OptionalInt transparentPort, int transparentTargetPort, AcceptEncoding acceptEncoding) {
    /** Where redirected TLS goes unless told. */
    public static final int TLS_PORT = 443;
    /** The main port alone; nothing is changed. */
    public static final ListenerOptions DEFAULT = new ListenerOptions(OptionalInt.empty(), TLS_PORT, AcceptEncoding.AS_SENT);

    /** The same with a port for redirected traffic, whose TLS goes to {@code targetPort}. */
    public ListenerOptions withTransparentPort(int port, int targetPort) {
        return new ListenerOptions(OptionalInt.of(port), targetPort, acceptEncoding);
    }

    /** The same with another treatment of Accept-Encoding. */
    public ListenerOptions withAcceptEncoding(AcceptEncoding treatment) {
        return new ListenerOptions(transparentPort, transparentTargetPort, treatment);
    }
}
