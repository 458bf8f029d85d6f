package proxymcp.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.http.Authority;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.PrematureEndException;
import proxymcp.http.RequestHead;

/**
 * What a client says before its first octet for the target, in SOCKS 4, 4a or 5 (RFC 1928), with user and password where they are asked
 * for (RFC 1929). CONNECT alone is done. As for a CONNECT over HTTP the client hears that the tunnel stands before the target is dialled:
 * its first octets tell what to do with them.
 *
 * <p>Owner: the client connection's thread.
 */
final class SocksHandshake {
    private static final int SOCKS_4 = 4;
    private static final int SOCKS_5 = 5;
    private static final int CONNECT = 1;

    private static final int NO_AUTHENTICATION = 0x00;
    private static final int USER_AND_PASSWORD = 0x02;
    private static final int NO_ACCEPTABLE_METHOD = 0xFF;
    private static final int NEGOTIATION_VERSION = 1;

    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    private static final int SUCCEEDED = 0x00;
    private static final int GENERAL_FAILURE = 0x01;
    private static final int COMMAND_NOT_SUPPORTED = 0x07;
    private static final int ADDRESS_TYPE_NOT_SUPPORTED = 0x08;

    private static final int SOCKS_4_GRANTED = 0x5A;
    private static final int SOCKS_4_REFUSED = 0x5B;
    private static final int TEXT_BYTES_MAX = 255;

    private final ClientStream client;
    private final ProxyAuthentication authentication;
    private final ProxyLimits limits;

    SocksHandshake(ClientStream client, ProxyAuthentication authentication, ProxyLimits limits) {
        this.client = client;
        this.authentication = authentication;
        this.limits = limits;
    }

    /** Whether a connection that begins with {@code octet} speaks SOCKS. */
    static boolean begins(int octet) {
        return octet == SOCKS_4 || octet == SOCKS_5;
    }

    /**
     * Reads the request and answers it. Each message of the client has the time of a request head.
     *
     * @return what was asked for, as the CONNECT that means the same; empty if it was refused, and the client told
     * @throws IOException if the client leaves in the middle or is too slow
     */
    Optional<RequestHead> run() throws IOException {
        client.deadline().arm(limits.headMillis());
        int version = octet();
        Optional<Authority> target = version == SOCKS_5 ? socks5() : socks4();
        client.deadline().disarm();
        if (target.isEmpty()) {
            client.linger();
            client.drain();
            return Optional.empty();
        }
        String authority = target.get().toString();
        return Optional.of(new RequestHead("CONNECT", authority, HttpVersion.HTTP_1_1,
                Fields.of(List.of(new Fields.Line("Host", authority))), List.of("the client asked for this over SOCKS" + version), new byte[0]));
    }

    private Optional<Authority> socks5() throws IOException {
        byte[] methods = octets(octet());
        int method = method(methods);
        send(SOCKS_5, method);
        if (method == NO_ACCEPTABLE_METHOD || method == USER_AND_PASSWORD && !authenticated()) {
            return Optional.empty();
        }
        int version = octet();
        int command = octet();
        octet(); // Reserved.
        int type = octet();
        if (version != SOCKS_5) {
            return refused5(GENERAL_FAILURE);
        }
        if (type != IPV4 && type != NAME && type != IPV6) {
            return refused5(ADDRESS_TYPE_NOT_SUPPORTED); // How long such an address is, is not known: nothing behind it can be read.
        }
        String host = type == NAME ? text(octets(octet())) : address(octets(type == IPV4 ? 4 : 16));
        int port = octet() << 8 | octet();
        if (command != CONNECT) {
            return refused5(COMMAND_NOT_SUPPORTED);
        }
        Optional<Authority> target = authority(host, port);
        if (target.isEmpty()) {
            return refused5(GENERAL_FAILURE);
        }
        reply5(SUCCEEDED);
        return target;
    }

    /** Without credentials to check, a client that offers nothing else may present any. */
    private int method(byte[] methods) {
        boolean none = has(methods, NO_AUTHENTICATION);
        if (none && !authentication.isAsked()) {
            return NO_AUTHENTICATION;
        }
        return has(methods, USER_AND_PASSWORD) ? USER_AND_PASSWORD : NO_ACCEPTABLE_METHOD;
    }

    private static boolean has(byte[] methods, int wanted) {
        for (byte method : methods) {
            if ((method & 0xFF) == wanted) {
                return true;
            }
        }
        return false;
    }

    private boolean authenticated() throws IOException {
        boolean known = octet() == NEGOTIATION_VERSION;
        byte[] user = known ? octets(octet()) : new byte[0];
        byte[] password = known ? octets(octet()) : new byte[0];
        boolean accepted = known && authentication.accepts(user, password);
        send(NEGOTIATION_VERSION, accepted ? 0 : 1);
        return accepted;
    }

    private Optional<Authority> refused5(int reply) throws IOException {
        reply5(reply);
        return Optional.empty();
    }

    /** Nothing is bound: what is sent from is known only once the target is dialled, and may be several connections. */
    private void reply5(int reply) throws IOException {
        send(SOCKS_5, reply, 0, IPV4, 0, 0, 0, 0, 0, 0);
    }

    /** SOCKS 4 knows no passwords: where they are asked for, it is refused. */
    private Optional<Authority> socks4() throws IOException {
        int command = octet();
        int port = octet() << 8 | octet();
        byte[] address = octets(4);
        Optional<String> user = textToNul();
        boolean named = address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0;
        Optional<String> host = user.isEmpty() ? user : named ? textToNul() : Optional.of(address(address));
        Optional<Authority> target = command != CONNECT || authentication.isAsked() || host.isEmpty() ? Optional.empty()
                : authority(host.get(), port);
        send(0, target.isPresent() ? SOCKS_4_GRANTED : SOCKS_4_REFUSED, 0, 0, 0, 0, 0, 0);
        return target;
    }

    /** Empty if there are more octets than a name can have. */
    private Optional<String> textToNul() throws IOException {
        byte[] text = new byte[TEXT_BYTES_MAX];
        for (int length = 0; length <= TEXT_BYTES_MAX; length++) {
            int octet = octet();
            if (octet == 0) {
                return Optional.of(text(Arrays.copyOf(text, length)));
            }
            if (length < TEXT_BYTES_MAX) {
                text[length] = (byte) octet;
            }
        }
        return Optional.empty();
    }

    private static Optional<Authority> authority(String host, int port) {
        // Some clients send an IPv6 address as a name.
        Optional<Authority> parsed = Authority.parse(Authority.uriHost(host));
        boolean hostAlone = parsed.isPresent() && parsed.get().port().isEmpty();
        return hostAlone && port > 0 ? Optional.of(new Authority(parsed.get().host(), OptionalInt.of(port))) : Optional.empty();
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** The address as URLs show it; of an IPv6 address the longest run of zeros is left out (RFC 5952). */
    private static String address(byte[] octets) throws IOException {
        String text = InetAddress.getByAddress(octets).getHostAddress();
        if (text.indexOf(':') < 0) {
            return text;
        }
        String longest = "";
        String[] groups = text.split(":");
        StringBuilder run = new StringBuilder();
        for (String group : groups) {
            run.append(group.equals("0") ? ":0" : "");
            if (!group.equals("0")) {
                run.setLength(0);
            }
            longest = run.length() > longest.length() ? run.toString() : longest;
        }
        if (longest.length() < ":0:0".length()) {
            return text;
        }
        int at = (":" + text + ":").indexOf(longest + ":");
        String before = text.substring(0, Math.max(0, at - 1));
        String after = text.substring(Math.min(text.length(), at + longest.length()));
        return before + "::" + after;
    }

    private byte[] octets(int count) throws IOException {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) octet();
        }
        return octets;
    }

    private int octet() throws IOException {
        if (!client.in().await()) {
            throw new PrematureEndException("client closed within a SOCKS handshake");
        }
        int octet = client.in().peek(0);
        client.in().consume(1);
        return octet;
    }

    private void send(int... octets) throws IOException {
        byte[] message = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            message[i] = (byte) octets[i];
        }
        client.out().write(message, 0, message.length);
        client.out().flush();
        // Writing has ended the deadline of reading.
        client.deadline().arm(limits.headMillis());
    }
}
