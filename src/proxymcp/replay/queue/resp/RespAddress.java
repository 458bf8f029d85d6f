package proxymcp.replay.queue.resp;

import java.util.Optional;

/**
 * Where a server is and who one is there.
 *
 * @param secure whether TLS is spoken
 * @param host a name or an address, IPv6 without brackets
 * @param port 1..65535
 * @param user empty for {@code default}; not used without a password
 * @param password empty for none; shown nowhere
 * @param database 0 or more
 */
public record RespAddress(boolean secure, String host, int port, Optional<String> user, Optional<String> password, int database) {
    /** Host and port, as a person knows the server. */
    public String authority() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return (secure ? "rediss://" : "redis://") + authority() + "/" + database;
    }
}
