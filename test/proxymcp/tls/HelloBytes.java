package proxymcp.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds ClientHello messages byte by byte, so that what a parser must find is known beforehand. */
final class HelloBytes {
    private int version = 0x0303;
    private int[] ciphers = {0x1301};
    private final List<byte[]> extensions = new ArrayList<>();
    private boolean extensionBlock = true;

    HelloBytes version(int legacyVersion) {
        version = legacyVersion;
        return this;
    }

    HelloBytes ciphers(int... suites) {
        ciphers = suites;
        return this;
    }

    HelloBytes withoutExtensionBlock() {
        extensionBlock = false;
        return this;
    }

    HelloBytes extension(int type, byte[] data) {
        extensions.add(joined(number(type, 2), number(data.length, 2), data));
        return this;
    }

    HelloBytes serverName(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.ISO_8859_1);
        return extension(0, joined(number(ascii.length + 3, 2), number(0, 1), number(ascii.length, 2), ascii));
    }

    HelloBytes alpn(String... protocols) {
        byte[] list = new byte[0];
        for (String protocol : protocols) {
            byte[] bytes = protocol.getBytes(StandardCharsets.ISO_8859_1);
            list = joined(list, number(bytes.length, 1), bytes);
        }
        return extension(16, joined(number(list.length, 2), list));
    }

    HelloBytes supportedVersions(int... versions) {
        byte[] list = numbers(versions, 2);
        return extension(43, joined(number(list.length, 1), list));
    }

    HelloBytes groups(int... groups) {
        byte[] list = numbers(groups, 2);
        return extension(10, joined(number(list.length, 2), list));
    }

    HelloBytes pointFormats(int... formats) {
        byte[] list = numbers(formats, 1);
        return extension(11, joined(number(list.length, 1), list));
    }

    HelloBytes signatureAlgorithms(int... algorithms) {
        byte[] list = numbers(algorithms, 2);
        return extension(13, joined(number(list.length, 2), list));
    }

    /** The message with its header of four bytes. */
    byte[] message() {
        byte[] suites = numbers(ciphers, 2);
        byte[] block = joined(extensions.toArray(new byte[0][]));
        byte[] body = joined(number(version, 2), new byte[32], number(0, 1), number(suites.length, 2), suites,
                number(1, 1), number(0, 1), extensionBlock ? joined(number(block.length, 2), block) : new byte[0]);
        return joined(number(1, 1), number(body.length, 3), body);
    }

    /** The message in one record. */
    byte[] record() {
        return records(1 << 14);
    }

    /** The message in records of at most {@code payloadMax} bytes each. */
    byte[] records(int payloadMax) {
        byte[] message = message();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += payloadMax) {
            int length = Math.min(payloadMax, message.length - at);
            out.writeBytes(joined(number(22, 1), number(0x0301, 2), number(length, 2)));
            out.write(message, at, length);
        }
        return out.toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] number(int value, int bytes) {
        byte[] out = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            out[i] = (byte) (value >> 8 * (bytes - 1 - i));
        }
        return out;
    }

    private static byte[] numbers(int[] values, int bytesEach) {
        byte[] out = new byte[0];
        for (int value : values) {
            out = joined(out, number(value, bytesEach));
        }
        return out;
    }
}
