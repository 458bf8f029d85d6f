package proxymcp.tls;

/** What must be set in this JVM before JSSE is used for the first time. */
public final class TlsSetup {
    private static final String DISABLED_BY_SERVER = "jdk.tls.server.disableExtensions";

    private TlsSetup() {}

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
