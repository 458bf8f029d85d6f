package proxymcp.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Fields;
import proxymcp.http.ReasonPhrases;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;

/** Responses that the proxy makes itself: a sentence as text, and {@code Proxy-Status} (RFC 9209) for programs. */
final class ProxyAnswer {
    private ProxyAnswer() {}

    /** Writes and flushes an answer of class {@code errorClass}; {@code close} tells the client that the connection ends. */
    static void write(WireWriter out, int status, ErrorClass errorClass, String message, boolean withBody, boolean close)
            throws IOException {
        write(out, status, List.of(new Fields.Line("Proxy-Status", "proxy-mcp; error=" + proxyStatus(errorClass))), message, withBody,
                close);
    }

    /** Asks for credentials. */
    static void unauthorized(WireWriter out, boolean withBody, boolean close) throws IOException {
        write(out, 407, List.of(new Fields.Line("Proxy-Authenticate", "Basic realm=\"proxy-mcp\", charset=\"UTF-8\"")),
                "this proxy asks for credentials: send Proxy-Authorization: Basic", withBody, close);
    }

    private static void write(WireWriter out, int status, List<Fields.Line> extra, String message, boolean withBody, boolean close)
            throws IOException {
        Fields.Builder fields = new Fields.Builder();
        extra.forEach(line -> fields.add(line.name(), line.value()));
        write(out, status, fields.add("Content-Type", "text/plain; charset=utf-8"), "proxy-mcp: " + message + "\n", withBody, close);
    }

    /** Writes and flushes an answer with these fields, and those that frame its text. */
    static void write(WireWriter out, int status, Fields.Builder fields, String text, boolean withBody, boolean close) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        fields.add("Content-Length", Integer.toString(body.length));
        if (close) {
            fields.add("Connection", "close");
        }
        out.head(ResponseHead.of(status, ReasonPhrases.of(status), fields.build()));
        if (withBody) {
            out.write(body, 0, body.length);
        }
        out.flush();
    }

    /** Error types of RFC 9209 section 2.3. */
    private static String proxyStatus(ErrorClass errorClass) {
        return switch (errorClass) {
            case DNS -> "dns_error";
            case CONNECT_REFUSED -> "connection_refused";
            case CONNECT_TIMEOUT -> "connection_timeout";
            case CONNECT_FAILED -> "destination_ip_unroutable";
            case TLS -> "tls_protocol_error";
            case RESET -> "connection_terminated";
            case CLOSED -> "http_response_incomplete";
            case TIMEOUT -> "http_response_timeout";
            case PROTOCOL -> "http_protocol_error";
            case CLIENT_ABORTED -> "http_request_error";
            case BLOCKED_BY_RULE -> "http_request_denied";
            case LOOP -> "proxy_loop_detected";
            case UPSTREAM_PROXY -> "destination_unavailable";
            case PROXY_STOPPED, INTERNAL -> "proxy_internal_error";
        };
    }
}
