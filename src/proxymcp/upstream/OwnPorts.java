package proxymcp.upstream;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ports this process listens on. No request may be sent to them: a proxied request that reaches the proxy again loops, and one that
 * reaches the MCP endpoint gives a web page control of the tools. Any thread may call.
 */
public final class OwnPorts {
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    /** Declares {@code port} as ours. */
    public void add(int port) {
        ports.add(port);
    }

    /** {@code port} is no longer ours. */
    public void remove(int port) {
        ports.remove(port);
    }

    /** Whether a connection to {@code address} and {@code port} would reach this process. */
    boolean reaches(InetAddress address, int port) {
        return ports.contains(port) && isOfThisMachine(address);
    }

    /** Whether {@code port} is ours, on whatever machine a request is for. */
    boolean contains(int port) {
        return ports.contains(port);
    }

    private static boolean isOfThisMachine(InetAddress address) {
        if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
            return true;
        }
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // The interfaces cannot be listed: refusing is the safe side, and only our own port numbers are concerned.
            return true;
        }
    }
}
