package proxymcp.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A server's answer to a ClientHello (RFC 8446 section 4.1.3).
 *
 * @param legacyVersion the version field of the message
 * @param cipherSuite the cipher suite chosen
 * @param extensionTypes the numbers of its extensions, in wire order
 * @param retry whether it asks for another ClientHello
 */
record ServerHello(int legacyVersion, int cipherSuite, List<Integer> extensionTypes, boolean retry) {
    private static final int RANDOM_BYTES = 32;

    /** The random that says HelloRetryRequest: SHA-256 of that word (RFC 8446 section 4.1.3). */
    private static final byte[] RETRY_RANDOM =
            HexFormat.of().parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    /** Parses a whole message with its header of four bytes. */
    static ServerHello parse(byte[] message) throws MalformedHelloException {
        HelloReader in = new HelloReader(message);
        in.uint8("message type");
        in.uint24("message length");
        int legacyVersion = in.uint16("version");
        byte[] random = in.bytes(RANDOM_BYTES, "random");
        in.part8("session id");
        int cipherSuite = in.uint16("cipher suite");
        in.uint8("compression method");
        List<Integer> extensions = new ArrayList<>();
        if (in.hasRemaining()) {
            HelloReader block = in.part16("extensions");
            while (block.hasRemaining()) {
                extensions.add(block.uint16("extension type"));
                block.part16("extension");
            }
        }
        return new ServerHello(legacyVersion, cipherSuite, List.copyOf(extensions), Arrays.equals(random, RETRY_RANDOM));
    }
}
