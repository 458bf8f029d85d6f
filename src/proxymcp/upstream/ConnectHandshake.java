package proxymcp.upstream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;
import proxymcp.http.ResponseHead;

/** CONNECT at an HTTP proxy (RFC 9110 section 9.3.6). Nothing is read beyond the answer's head, as the origin may speak first. */
final class ConnectHandshake {
    private static final int HEAD_BYTES_MAX = 65_536;
    private static final int INFORMATIONAL_MAX = 10;
    private static final int END_OF_HEAD = 0x0D0A0D0A;
    /** Lines that end in LF alone, which the parser of heads lets pass too. */
    private static final int END_OF_SLOPPY_HEAD = 0x0A0A;

    private final UpstreamProxy proxy;
    private final InputStream in;
    private final OutputStream out;

    ConnectHandshake(UpstreamProxy proxy, InputStream in, OutputStream out) {
        this.proxy = proxy;
        this.in = in;
        this.out = out;
    }

    /** @throws UpstreamException if the proxy refuses */
    void connect(Endpoint origin) throws IOException {
        String authorization = proxy.login().map(login -> "Proxy-Authorization: " + login.basic() + "\r\n").orElse("");
        String where = origin.hostAndPort();
        out.write(("CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n" + authorization + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        ResponseHead answer = answer();
        for (int i = 0; i < INFORMATIONAL_MAX && answer.isInformational(); i++) {
            answer = answer();
        }
        if (answer.status() < 200 || answer.status() > 299) {
            Optional<ErrorClass> target = ProxyVerdict.ofTarget(answer);
            throw target.isEmpty() ? refusal(proxy, answer, "CONNECT " + where)
                    : new UpstreamException(target.get(), where + " cannot be reached through upstream proxy " + proxy.url()
                            + ": it answered CONNECT with " + ProxyVerdict.said(answer));
        }
    }

    /**
     * The proxy's own refusal.
     *
     * @param what what it was asked for
     */
    static UpstreamException refusal(UpstreamProxy proxy, ResponseHead answer, String what) {
        String said = ProxyVerdict.said(answer);
        if (answer.status() != 407) {
            return ProxyFailure.of(proxy, "refused " + what + " with " + said);
        }
        return ProxyFailure.of(proxy, proxy.login().isPresent() ? "did not accept the user and password: it answered " + what + " with " + said
                : "wants a user and password: it answered " + what + " with " + said + "; put them in the proxy URL");
    }

    private ResponseHead answer() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        while (last != END_OF_HEAD && (last & 0xFFFF) != END_OF_SLOPPY_HEAD) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("it closed the connection instead of answering CONNECT");
            }
            head.write(octet);
            if (head.size() > HEAD_BYTES_MAX) {
                throw ProxyFailure.of(proxy, "answered CONNECT with a head of more than " + HEAD_BYTES_MAX + " octets");
            }
            last = last << 8 | octet;
        }
        try {
            return HeadParser.parseResponse(head.toByteArray(), HeadLimits.DEFAULT);
        } catch (ProtocolException e) {
            throw ProxyFailure.of(proxy, "answered CONNECT with what is not HTTP: " + e.getMessage());
        }
    }
}
