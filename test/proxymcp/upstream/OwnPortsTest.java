package proxymcp.upstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** A proxy must not reach itself under any of this machine's addresses. */
final class OwnPortsTest {
    private final OwnPorts ports = new OwnPorts();

    @Test void everyAddressOfThisMachineReachesIt() throws Exception {
        ports.add(8080);
        for (String address : new String[] {"127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"}) {
            assertTrue(ports.reaches(InetAddress.getByName(address), 8080), address);
        }
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                assertTrue(ports.reaches(address, 8080), address.toString());
            }
        }
    }

    @Test void otherPortsAndMachinesDoNot() throws Exception {
        ports.add(8080);
        assertFalse(ports.reaches(InetAddress.getByName("127.0.0.1"), 8081));
        assertFalse(ports.reaches(InetAddress.getByName("192.0.2.1"), 8080));
    }

    @Test void removedPortIsFree() throws Exception {
        ports.add(8080);
        ports.remove(8080);
        assertFalse(ports.reaches(InetAddress.getByName("127.0.0.1"), 8080));
    }
}
