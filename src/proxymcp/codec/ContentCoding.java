package proxymcp.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One content coding as a {@code Content-Encoding} field names it (RFC 9110 section 8.4.1). */
public sealed interface ContentCoding {

    /** gzip (RFC 1952); {@code x-gzip} is the same coding. */
    record Gzip() implements ContentCoding {
        @Override
        public String token() {
            return "gzip";
        }
    }

    /** deflate: zlib data (RFC 1950), or bare deflate data (RFC 1951) as some servers send it. */
    record Deflate() implements ContentCoding {
        @Override
        public String token() {
            return "deflate";
        }
    }

    /** br: Brotli data (RFC 7932). */
    record Brotli() implements ContentCoding {
        @Override
        public String token() {
            return "br";
        }
    }

    /** zstd: Zstandard data (RFC 8878). */
    record Zstd() implements ContentCoding {
        @Override
        public String token() {
            return "zstd";
        }
    }

    /** identity: the content as it is. */
    record Identity() implements ContentCoding {
        @Override
        public String token() {
            return "identity";
        }
    }

    /** A coding without a decoder here; {@code token} is in lower case. */
    record Unknown(String token) implements ContentCoding {}

    /** The coding's name, in lower case. */
    String token();

    /**
     * Parses the values of all {@code Content-Encoding} field lines of one message.
     *
     * @param fieldValues the values in wire order, each a comma-separated list; empty members are skipped
     * @return the codings in the order they were applied: the last one is undone first
     */
    static List<ContentCoding> parse(List<String> fieldValues) {
        List<ContentCoding> codings = new ArrayList<>();
        for (String value : fieldValues) {
            int start = 0;
            while (start <= value.length()) {
                int comma = value.indexOf(',', start);
                int end = comma < 0 ? value.length() : comma;
                String token = value.substring(start, end).strip().toLowerCase(Locale.ROOT);
                if (!token.isEmpty()) {
                    codings.add(named(token));
                }
                start = end + 1;
            }
        }
        return List.copyOf(codings);
    }

    private static ContentCoding named(String token) {
        return switch (token) {
            case "gzip", "x-gzip" -> new Gzip();
            case "deflate" -> new Deflate();
            case "br" -> new Brotli();
            case "zstd" -> new Zstd();
            case "identity" -> new Identity();
            default -> new Unknown(token);
        };
    }
}
