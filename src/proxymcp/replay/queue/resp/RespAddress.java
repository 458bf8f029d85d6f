package proxymcp.replay.queue.resp;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server is and who one is there: {@code redis://[[user]:password@]host[:port][/database]}, {@code rediss://} for TLS. In the user and the
 * password {@code %} and two hex digits stand for an octet.
 *
 * @param secure whether TLS is spoken
 * @param host a name or an address, without brackets
 * @param user empty for {@code default}
 * @param database a number, 0 if none was said
 */
public record RespAddress(boolean secure, String host, int port, Optional<String> user, Optional<String> password, int database) {
    private static final int DEFAULT_PORT = 6379;
    private static final Pattern URL = Pattern.compile("(redis|rediss)://(?:([^@/?#]*)@)?(\\[[0-9a-fA-F:.]+]|[^@:/?#\\[\\]\\s]+)(?::([0-9]{1,5}))?"
            + "(?:/([0-9]{1,5})?)?", Pattern.CASE_INSENSITIVE);

    /** Parses a URL; empty if it is none of a Redis. */
    public static Optional<RespAddress> parse(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int port = parts.group(4) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(4));
        Optional<Login> login = login(Optional.ofNullable(parts.group(2)).orElse(""));
        if (port < 1 || port > 65_535 || login.isEmpty()) {
            return Optional.empty();
        }
        String host = parts.group(3).startsWith("[") ? parts.group(3).substring(1, parts.group(3).length() - 1) : parts.group(3);
        int database = parts.group(5) == null ? 0 : Integer.parseInt(parts.group(5));
        return Optional.of(new RespAddress(parts.group(1).equalsIgnoreCase("rediss"), host, port, login.get().user(), login.get().password(),
                database));
    }

    private record Login(Optional<String> user, Optional<String> password) {}

    /** Of what stands before the {@code @}; empty if it is not well formed. */
    private static Optional<Login> login(String text) {
        int colon = text.indexOf(':');
        Optional<String> user = decoded(colon < 0 ? text : text.substring(0, colon));
        Optional<String> password = decoded(colon < 0 ? "" : text.substring(colon + 1));
        if (user.isEmpty() || password.isEmpty() || password.get().isEmpty() && !user.get().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Login(user.filter(name -> !name.isEmpty()), password.filter(word -> !word.isEmpty())));
    }

    private static Optional<String> decoded(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < octets.length; i++) {
            byte octet = octets[i];
            if (octet == '%') {
                int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
                int low = i + 2 < octets.length ? Character.digit(octets[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octet = (byte) (high << 4 | low);
                i += 2;
            }
            octets[length++] = octet;
        }
        return Optional.of(new String(octets, 0, length, StandardCharsets.UTF_8));
    }

    /** Host and port, as a person knows the server. */
    public String authority() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** The URL without user and password. */
    @Override
    public String toString() {
        return (secure ? "rediss://" : "redis://") + authority() + "/" + database;
    }
}
