package proxymcp.exchange;

import java.util.Optional;
import java.util.UUID;
import proxymcp.http.RequestHead;

/**
 * What is known when a request head has been read.
 *
 * @param id unique
 * @param startedAtMillis when the head's first octet was read, epoch milliseconds
 * @param client who sent it
 * @param endpoint where it goes
 * @param head the request head as received
 * @param clientTls what was agreed with the client; empty for plain HTTP
 * @param urlAsWritten the URL where somebody else recorded it in a form that endpoint and target do not give: with a fragment, in capitals,
 *     with characters that no target may hold
 */
public record ExchangeStart(UUID id, long startedAtMillis, Client client, Endpoint endpoint, RequestHead head,
        Optional<TlsInfo> clientTls, Optional<String> urlAsWritten) {

    /** What is known of a request that came to us. */
    public ExchangeStart(UUID id, long startedAtMillis, Client client, Endpoint endpoint, RequestHead head, Optional<TlsInfo> clientTls) {
        this(id, startedAtMillis, client, endpoint, head, clientTls, Optional.empty());
    }

    /** Absolute URL of the request. */
    public String url() {
        return urlAsWritten.orElseGet(() -> endpoint.url(path()));
    }

    /** Path and query; the whole target for {@code OPTIONS *}, CONNECT and a URL without a host. */
    public String path() {
        String target = head.target();
        if (target.isEmpty() || target.charAt(0) == '/' || !endpoint.hasHost()) {
            return target;
        }
        int authority = target.indexOf("://");
        if (authority < 0) {
            return target;
        }
        for (int i = authority + 3; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return c == '/' ? target.substring(i) : "/" + target.substring(i);
            }
        }
        return "/";
    }
}
