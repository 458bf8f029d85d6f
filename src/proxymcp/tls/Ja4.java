package proxymcp.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * JA4 of a client that speaks TLS over TCP, by the published description (FoxIO, JA4 for TLS clients, BSD licence). GREASE
 * is left out everywhere, among the signature algorithms too.
 *
 * @param hashed {@code ja4}: sorted lists as hashes
 * @param raw {@code ja4_r}: the sorted lists themselves
 * @param original {@code ja4_o}: hashes of the lists in wire order
 * @param originalRaw {@code ja4_ro}: the lists in wire order
 */
public record Ja4(String hashed, String raw, String original, String originalRaw) {
    private static final int COUNT_MAX = 99;
    private static final int HASH_CHARS = 12;
    private static final String HASH_OF_NOTHING = "000000000000";
    private static final String HEX = "0123456789abcdef";

    /** All four forms. */
    public static Ja4 of(ClientHello hello) {
        List<Integer> ciphers = Grease.removed(hello.cipherSuites());
        List<Integer> extensions = Grease.extensionTypes(hello);
        String algorithms = list(Grease.removed(hello.signatureAlgorithms()));
        String head = "t" + version(hello) + (offersName(extensions) ? "d" : "i")
                + twoDigits(ciphers.size()) + twoDigits(extensions.size()) + protocol(hello.alpn());
        String sortedCiphers = list(sorted(ciphers));
        String sortedExtensions = list(sorted(withoutNameAndProtocol(extensions)));
        String wireCiphers = list(ciphers);
        String wireExtensions = list(extensions);
        return new Ja4(
                joined(head, hash(sortedCiphers), hashWith(sortedExtensions, algorithms)),
                joined(head, sortedCiphers, followed(sortedExtensions, algorithms)),
                joined(head, hash(wireCiphers), hashWith(wireExtensions, algorithms)),
                joined(head, wireCiphers, followed(wireExtensions, algorithms)));
    }

    private static String joined(String head, String ciphers, String extensions) {
        return head + "_" + ciphers + "_" + extensions;
    }

    /** The highest version offered; the message's own version where the extension is missing. */
    private static String version(ClientHello hello) {
        int highest = -1;
        for (int version : Grease.removed(hello.supportedVersions())) {
            highest = Math.max(highest, version);
        }
        boolean extension = false;
        for (ClientHello.Extension candidate : hello.extensions()) {
            extension |= candidate.type() == ClientHello.SUPPORTED_VERSIONS;
        }
        return switch (extension ? highest : hello.legacyVersion()) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            case 0x0300 -> "s3";
            case 0x0002 -> "s2";
            default -> "00";
        };
    }

    private static boolean offersName(List<Integer> extensions) {
        return extensions.contains(ClientHello.SERVER_NAME);
    }

    private static String twoDigits(int count) {
        int shown = Math.min(count, COUNT_MAX);
        return (shown < 10 ? "0" : "") + shown;
    }

    /** First and last character of the first protocol; of its hex digits where one of the two is no letter or digit. */
    private static String protocol(List<String> alpn) {
        if (alpn.isEmpty() || alpn.get(0).isEmpty()) {
            return "00";
        }
        String protocol = alpn.get(0);
        char first = protocol.charAt(0);
        char last = protocol.charAt(protocol.length() - 1);
        return isAlphanumeric(first) && isAlphanumeric(last)
                ? "" + first + last
                : "" + HEX.charAt(first >> 4) + HEX.charAt(last & 0x0f);
    }

    private static boolean isAlphanumeric(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    private static List<Integer> withoutNameAndProtocol(List<Integer> extensions) {
        List<Integer> rest = new ArrayList<>(extensions.size());
        for (int type : extensions) {
            if (type != ClientHello.SERVER_NAME && type != ClientHello.ALPN) {
                rest.add(type);
            }
        }
        return rest;
    }

    private static List<Integer> sorted(List<Integer> numbers) {
        List<Integer> sorted = new ArrayList<>(numbers);
        Collections.sort(sorted);
        return sorted;
    }

    /** Numbers as four hex digits each, divided by commas. */
    private static String list(List<Integer> numbers) {
        StringBuilder text = new StringBuilder(numbers.size() * 5);
        for (int number : numbers) {
            if (!text.isEmpty()) {
                text.append(',');
            }
            text.append(HEX.charAt(number >> 12 & 15)).append(HEX.charAt(number >> 8 & 15))
                    .append(HEX.charAt(number >> 4 & 15)).append(HEX.charAt(number & 15));
        }
        return text.toString();
    }

    private static String followed(String extensions, String algorithms) {
        return algorithms.isEmpty() ? extensions : extensions + "_" + algorithms;
    }

    private static String hashWith(String extensions, String algorithms) {
        return extensions.isEmpty() ? HASH_OF_NOTHING : hash(followed(extensions, algorithms));
    }

    private static String hash(String list) {
        return list.isEmpty() ? HASH_OF_NOTHING : Digests.sha256(list).substring(0, HASH_CHARS);
    }
}
