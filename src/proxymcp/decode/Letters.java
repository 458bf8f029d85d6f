package proxymcp.decode;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Octets written as letters: base64 in both alphabets, and hex. */
final class Letters {
    private Letters() {}

    /**
     * Base64, standard or for URLs, padded or not, with line ends (RFC 4648, RFC 2045).
     *
     * @return empty if the text is not that
     */
    static Optional<byte[]> base64(String text) {
        StringBuilder letters = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/') {
                letters.append(c);
            } else if (c == '-' || c == '_') {
                letters.append(c == '-' ? '+' : '/');
            } else if (c == '=') {
                if (!isPadding(text, i)) {
                    return Optional.empty();
                }
                break;
            } else if (c != '\n' && c != '\r') {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(Base64.getDecoder().decode(letters.toString()));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    /** Hex digits in pairs, with or without 0x before them; empty if the text is not that. */
    static Optional<byte[]> hex(String text) {
        String digits = text.startsWith("0x") || text.startsWith("0X") ? text.substring(2) : text;
        try {
            return Optional.of(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
    }

    private static boolean isPadding(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if ("=\r\n".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return text.substring(from).chars().filter(c -> c == '=').count() <= 2;
    }
}
