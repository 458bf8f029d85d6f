package proxymcp.replay.queue;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Which queue is meant. Its text never shows a password. */
public sealed interface QueueUrl {
    /** What the embedded queue is called. */
    String EMBEDDED = "embedded";

    /** The one in this program's home. */
    record Embedded() implements QueueUrl {
        @Override
        public String toString() {
            return EMBEDDED;
        }
    }

    /**
     * A Redis or Valkey server.
     *
     * @param host name or address, IPv6 without brackets
     * @param port 1..65535
     * @param database 0 or more
     * @param user empty for the default user
     * @param password empty for none; shown nowhere
     * @param tls whether the connection is TLS ({@code rediss})
     */
    record Redis(String host, int port, int database, Optional<String> user, Optional<String> password, boolean tls) implements QueueUrl {
        @Override
        public String toString() {
            String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            return (tls ? "rediss://" : "redis://") + shown + ":" + port + "/" + database;
        }
    }

    /**
     * The queue that {@code text} names: {@code embedded}, {@code redis://[[user]:password@]host[:port][/database]} or the same with {@code rediss}. User and
     * password may be percent-coded.
     *
     * @return empty if it is none of these
     */
    static Optional<QueueUrl> parse(String text) {
        if (text.equals(EMBEDDED)) {
            return Optional.of(new Embedded());
        }
        try {
            URI url = new URI(text);
            boolean tls = "rediss".equalsIgnoreCase(url.getScheme());
            if (!tls && !"redis".equalsIgnoreCase(url.getScheme()) || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
                return Optional.empty();
            }
            String host = url.getHost().startsWith("[") ? url.getHost().substring(1, url.getHost().length() - 1) : url.getHost();
            int port = url.getPort() < 0 ? 6379 : url.getPort();
            String path = url.getRawPath();
            if (port < 1 || port > 65_535 || !path.isEmpty() && !path.matches("/[0-9]{0,4}")) {
                return Optional.empty();
            }
            int database = path.length() <= 1 ? 0 : Integer.parseInt(path.substring(1));
            Optional<String> credentials = Optional.ofNullable(url.getRawUserInfo());
            Optional<String> user = credentials.map(both -> decoded(both.contains(":") ? both.substring(0, both.indexOf(':')) : both));
            Optional<String> password = credentials.filter(both -> both.contains(":")).map(both -> decoded(both.substring(both.indexOf(':') + 1)));
            return Optional.of(new Redis(host, port, database, user.filter(name -> !name.isEmpty()), password, tls));
        } catch (URISyntaxException e) {
            return Optional.empty(); // Its text is not told: it may hold a password.
        }
    }

    private static String decoded(String text) {
        // URI has seen to it that each percent sign stands before two hex digits; a plus sign is itself.
        return java.net.URLDecoder.decode(text.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
    }
}
