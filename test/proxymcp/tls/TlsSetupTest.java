package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TlsSetupTest {
    private static final String PROPERTY = "jdk.tls.server.disableExtensions";

    @AfterEach void asTheOtherTestsNeedIt() {
        System.setProperty(PROPERTY, "server_name");
    }

    @Test void extensionIsAddedOnceToWhatIsSet() {
        System.clearProperty(PROPERTY);
        TlsSetup.beforeFirstUse();
        assertEquals("server_name", System.getProperty(PROPERTY));
        System.setProperty(PROPERTY, "max_fragment_length");
        TlsSetup.beforeFirstUse();
        TlsSetup.beforeFirstUse();
        assertEquals("max_fragment_length,server_name", System.getProperty(PROPERTY));
    }
}
