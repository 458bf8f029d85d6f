package proxymcp.tls;

/** What must be set in this JVM before JSSE is used for the first time. */
public final class TlsSetup {
    private static final String DISABLED_BY_SERVER = "jdk.tls.server.disableExtensions";

    private static final String REQUIRE_CLOSE_NOTIFY = "com.sun.net.ssl.requireCloseNotify";

    private TlsSetup() {}

    /**
     * Has JSSE tell a connection that ends without close_notify from one that ends with it; otherwise a body that runs to the end of the
     * connection looks whole when somebody has cut it. JVM-wide and read once, like the other one; for a program of our own, as it makes
     * every TLS connection of the JVM strict.
     */
    public static void requireCloseNotify() {
        if (System.getProperty(REQUIRE_CLOSE_NOTIFY) == null) {
            System.setProperty(REQUIRE_CLOSE_NOTIFY, "true");
        }
    }

    /**
     * Tells JSSE's server side to leave the {@code server_name} extension alone. JSSE refuses a name that is an IP address
     * or carries a port, which real clients send ({@code hey} sends {@code 127.0.0.1:9443}); we read the name ourselves.
     * The setting is JVM-wide and is read once, when JSSE is first used.
     */
    public static void beforeFirstUse() {
        String set = System.getProperty(DISABLED_BY_SERVER, "");
        if (set.isEmpty()) {
            System.setProperty(DISABLED_BY_SERVER, "server_name");
        } else if (!set.contains("server_name")) {
            System.setProperty(DISABLED_BY_SERVER, set + ",server_name");
        }
    }
}
