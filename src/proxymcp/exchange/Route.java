package proxymcp.exchange;

import java.util.Optional;

/**
 * The connection a request was sent on.
 *
 * @param upstreamProxy the upstream proxy's URL without credentials, when one was used
 * @param serverAddress address and port that were dialled, {@code 127.0.0.1:9443}
 * @param connectionId rises by one per upstream connection of a process, from 1
 * @param reused whether an earlier exchange had used the connection
 * @param tls what was agreed with the origin; empty for plain HTTP
 */
public record Route(Optional<String> upstreamProxy, String serverAddress, long connectionId, boolean reused, Optional<TlsInfo> tls) {}
