package proxymcp.proxy;

/**
 * What a client must present as {@code Proxy-Authorization: Basic} (RFC 7617).
 *
 * @param user user name, without a colon
 * @param password may be empty
 */
public record Credentials(String user, String password) {
    /**
     * Parses {@code user:password}.
     *
     * @throws IllegalArgumentException if there is no colon, no user, or a control character
     */
    public static Credentials parse(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("credentials are given as user:password");
        }
        if (text.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            throw new IllegalArgumentException("credentials hold a control character");
        }
        return new Credentials(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The password is never shown. */
    @Override
    public String toString() {
        return "Credentials[" + user + ":…]";
    }
}
