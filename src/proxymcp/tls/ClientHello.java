package proxymcp.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The first message of a TLS client (RFC 8446 section 4.1.2), with what fingerprints and the choice of a certificate need.
 * Numbers are as on the wire and in wire order, GREASE values (RFC 8701) included.
 *
 * @param legacyVersion the version field of the message, such as 0x0303
 * @param cipherSuites the cipher suites offered
 * @param extensions all extensions
 * @param serverName the host name asked for, as sent; it may be an IP address or carry a port, though it must not
 * @param alpn the protocols offered, each byte as one character
 * @param supportedVersions the versions of the extension of that name; empty without it
 * @param groups the groups (curves) offered
 * @param pointFormats the elliptic curve point formats offered
 * @param signatureAlgorithms the signature algorithms offered
 * @param records the message as sent, with its TLS record headers
 */
public record ClientHello(
        int legacyVersion,
        List<Integer> cipherSuites,
        List<Extension> extensions,
        Optional<String> serverName,
        List<String> alpn,
        List<Integer> supportedVersions,
        List<Integer> groups,
        List<Integer> pointFormats,
        List<Integer> signatureAlgorithms,
        byte[] records) {

    /** One extension: its number and its content. */
    public record Extension(int type, byte[] data) {}

    static final int SERVER_NAME = 0;
    static final int SUPPORTED_GROUPS = 10;
    static final int POINT_FORMATS = 11;
    static final int SIGNATURE_ALGORITHMS = 13;
    static final int ALPN = 16;
    static final int EARLY_DATA = 42;
    static final int SUPPORTED_VERSIONS = 43;
    static final int KEY_SHARE = 51;

    private static final int RANDOM_BYTES = 32;
    private static final int HOST_NAME = 0;

    /**
     * Parses a ClientHello from the TLS records that carry it; bytes after it are ignored.
     *
     * @throws MalformedHelloException if the bytes are not TLS, end early, or contradict themselves
     */
    public static ClientHello parse(byte[] records) throws MalformedHelloException {
        return switch (new HelloRecords(HelloRecords.CLIENT_HELLO).feed(records, 0, records.length)) {
            case HelloRecords.Complete complete ->
                    parse(complete.message(), Arrays.copyOf(records, complete.streamBytes()));
            case HelloRecords.NeedMore needMore -> throw new MalformedHelloException(records.length, "it ends here");
            case HelloRecords.NotTls notTls -> throw new MalformedHelloException(0, "not a TLS ClientHello");
            case HelloRecords.Broken broken -> throw new MalformedHelloException(0, broken.problem());
        };
    }

    /** Parses a whole message with its header of four bytes. */
    static ClientHello parse(byte[] message, byte[] records) throws MalformedHelloException {
        HelloReader in = new HelloReader(message);
        in.uint8("message type");
        in.uint24("message length");
        int legacyVersion = in.uint16("version");
        in.bytes(RANDOM_BYTES, "random");
        in.part8("session id");
        List<Integer> cipherSuites = in.part16("cipher suites").allUint16("cipher suite");
        in.part8("compression methods");
        List<Extension> extensions = extensions(in);
        return new ClientHello(
                legacyVersion,
                cipherSuites,
                extensions,
                serverName(extensions),
                alpn(extensions),
                in(extensions, SUPPORTED_VERSIONS, r -> r.part8("versions").allUint16("version")),
                in(extensions, SUPPORTED_GROUPS, r -> r.part16("groups").allUint16("group")),
                in(extensions, POINT_FORMATS, r -> r.part8("point formats").allUint8("point format")),
                in(extensions, SIGNATURE_ALGORITHMS, r -> r.part16("signature algorithms").allUint16("algorithm")),
                records);
    }

    /** A hello may end without an extension block (RFC 8446 section 4.1.2, TLS 1.2 and older). */
    private static List<Extension> extensions(HelloReader in) throws MalformedHelloException {
        List<Extension> extensions = new ArrayList<>();
        if (in.hasRemaining()) {
            HelloReader block = in.part16("extensions");
            while (block.hasRemaining()) {
                int type = block.uint16("extension type");
                extensions.add(new Extension(type, block.part16("extension " + type).rest()));
            }
        }
        return List.copyOf(extensions);
    }

    private static Optional<String> serverName(List<Extension> extensions) throws MalformedHelloException {
        List<String> names = in(extensions, SERVER_NAME, reader -> {
            List<String> found = new ArrayList<>();
            HelloReader list = reader.part16("server names");
            while (list.hasRemaining()) {
                int type = list.uint8("server name type");
                byte[] name = list.part16("server name").rest();
                if (type == HOST_NAME && name.length > 0) {
                    found.add(new String(name, StandardCharsets.ISO_8859_1));
                }
            }
            return found;
        });
        return names.stream().findFirst();
    }

    private static List<String> alpn(List<Extension> extensions) throws MalformedHelloException {
        return in(extensions, ALPN, reader -> {
            List<String> protocols = new ArrayList<>();
            HelloReader list = reader.part16("protocols");
            while (list.hasRemaining()) {
                protocols.add(new String(list.part8("protocol").rest(), StandardCharsets.ISO_8859_1));
            }
            return List.copyOf(protocols);
        });
    }

    /** The groups that a key share is sent for. */
    List<Integer> keyShareGroups() throws MalformedHelloException {
        return in(extensions, KEY_SHARE, reader -> {
            List<Integer> groups = new ArrayList<>();
            HelloReader shares = reader.part16("key shares");
            while (shares.hasRemaining()) {
                groups.add(shares.uint16("group"));
                shares.part16("key share");
            }
            return List.copyOf(groups);
        });
    }

    private interface Content<T> {
        List<T> read(HelloReader reader) throws MalformedHelloException;
    }

    /** What the first extension of {@code type} holds; empty if there is none or it has no content. */
    private static <T> List<T> in(List<Extension> extensions, int type, Content<T> content)
            throws MalformedHelloException {
        for (Extension extension : extensions) {
            if (extension.type() == type) {
                return extension.data().length == 0 ? List.of() : content.read(new HelloReader(extension.data()));
            }
        }
        return List.of();
    }
}
