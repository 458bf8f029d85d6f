package proxymcp.upstream;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.exchange.ErrorClass;
import proxymcp.http.Fields;
import proxymcp.http.ResponseHead;

/**
 * What an HTTP proxy's own answer says about the target. Proxies tell it in Proxy-Status (RFC 9209), Squid in X-Squid-Error, all others in
 * the status alone.
 */
final class ProxyVerdict {
    private static final Pattern PROXY_STATUS_ERROR = Pattern.compile("(?i);\\s*error\\s*=\\s*\"?([a-z_]+)");
    /** Linux' number of "connection refused", which Squid tells behind its own name. */
    private static final String SQUID_REFUSED = "ERR_CONNECT_FAIL 111";

    private ProxyVerdict() {}

    /** The class of the target's failure; empty if the proxy itself refused, or nobody can tell. */
    static Optional<ErrorClass> ofTarget(ResponseHead answer) {
        Optional<String> error = proxyStatusError(answer);
        if (error.isPresent()) {
            return ofProxyStatus(error.get());
        }
        Optional<String> squid = answer.fields().first("X-Squid-Error");
        if (squid.isPresent()) {
            return ofSquid(squid.get());
        }
        return switch (answer.status()) {
            case 502 -> Optional.of(ErrorClass.CONNECT_FAILED);
            case 504 -> Optional.of(ErrorClass.CONNECT_TIMEOUT);
            default -> Optional.empty();
        };
    }

    /** What shows that a response to a forwarded request was made by a proxy; empty where nothing does. */
    static Optional<String> signOfProxy(ResponseHead answer) {
        Optional<String> error = proxyStatusError(answer).map(token -> "Proxy-Status error=" + token);
        return error.or(() -> answer.fields().first("X-Squid-Error").filter(text -> !text.isBlank()).map(text -> "X-Squid-Error " + text));
    }

    /** Status and reason, and what else tells why. */
    static String said(ResponseHead answer) {
        String status = answer.status() + (answer.reason().isBlank() ? "" : " " + answer.reason());
        return status + signOfProxy(answer).map(sign -> " (" + sign + ")").orElse("");
    }

    private static Optional<String> proxyStatusError(ResponseHead answer) {
        Fields fields = answer.fields();
        for (String value : fields.all("Proxy-Status")) {
            Matcher error = PROXY_STATUS_ERROR.matcher(value);
            if (error.find()) {
                return Optional.of(error.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    /** The types of RFC 9209 section 2.3 that speak of reaching the next hop. */
    private static Optional<ErrorClass> ofProxyStatus(String error) {
        return switch (error) {
            case "dns_timeout", "dns_error" -> Optional.of(ErrorClass.DNS);
            case "connection_refused" -> Optional.of(ErrorClass.CONNECT_REFUSED);
            case "connection_timeout", "connection_read_timeout", "connection_write_timeout" -> Optional.of(ErrorClass.CONNECT_TIMEOUT);
            case "destination_not_found", "destination_unavailable", "destination_ip_unroutable", "connection_terminated" ->
                    Optional.of(ErrorClass.CONNECT_FAILED);
            default -> Optional.empty();
        };
    }

    private static Optional<ErrorClass> ofSquid(String error) {
        if (error.startsWith(SQUID_REFUSED)) {
            return Optional.of(ErrorClass.CONNECT_REFUSED);
        }
        if (error.startsWith("ERR_DNS_FAIL")) {
            return Optional.of(ErrorClass.DNS);
        }
        if (error.startsWith("ERR_CONNECT_FAIL 110")) {
            return Optional.of(ErrorClass.CONNECT_TIMEOUT);
        }
        return error.startsWith("ERR_CONNECT_FAIL") ? Optional.of(ErrorClass.CONNECT_FAILED) : Optional.empty();
    }
}
