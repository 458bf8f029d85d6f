package proxymcp.codec;

/**
 * Counts what a run of bytes looks like when read as UTF-8.
 *
 * @param bytes how many bytes there were
 * @param sequences well-formed characters of two bytes or more
 * @param malformed bytes above 0x7F that belong to no well-formed character
 * @param unfinished bytes of a character that is cut off by the end; 0..3
 * @param controls control characters other than tab, line feed, form feed, carriage return and escape
 */
record Utf8Scan(int bytes, int sequences, int malformed, int unfinished, int controls) {

    static Utf8Scan of(byte[] bytes) {
        int sequences = 0;
        int malformed = 0;
        int unfinished = 0;
        int controls = 0;
        int i = 0;
        while (i < bytes.length) {
            int first = bytes[i] & 0xff;
            if (first < 0x80) {
                controls += isOddControl(first) ? 1 : 0;
                i++;
                continue;
            }
            int length = sequenceLength(first);
            int good = continuations(bytes, i, length);
            if (length > 1 && good == length - 1) {
                sequences++;
                i += length;
            } else if (length > 1 && i + 1 + good == bytes.length) {
                unfinished = 1 + good;
                i = bytes.length;
            } else {
                malformed++;
                i++;
            }
        }
        return new Utf8Scan(bytes.length, sequences, malformed, unfinished, controls);
    }

    /** Bytes above 0x7F are there, and none of them makes sense as UTF-8, not even as the beginning of a cut character. */
    boolean looksLikeLatin1() {
        return malformed > 0 && sequences == 0;
    }

    /** The same for bytes that are all there is, so that nothing was cut. */
    boolean wholeLooksLikeLatin1() {
        return malformed + unfinished > 0 && sequences == 0;
    }

    /** Mostly characters: hardly any control characters, and not more broken than whole sequences. */
    boolean looksLikeText() {
        return controls * 100L <= bytes && (malformed <= sequences || malformed * 10L <= bytes);
    }

    private static boolean isOddControl(int octet) {
        return octet < 0x20 && octet != '\t' && octet != '\n' && octet != '\f' && octet != '\r' && octet != 0x1b
                || octet == 0x7f;
    }

    /** Length that a lead byte announces; 1 for a byte that leads nothing. */
    private static int sequenceLength(int first) {
        if (first >= 0xc2 && first <= 0xdf) {
            return 2;
        }
        if (first >= 0xe0 && first <= 0xef) {
            return 3;
        }
        return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
    }

    private static int continuations(byte[] bytes, int lead, int length) {
        int good = 0;
        while (good < length - 1 && lead + 1 + good < bytes.length && isContinuation(bytes, lead, good)) {
            good++;
        }
        return good;
    }

    /** Overlong forms, surrogates and what lies above U+10FFFF are told by the second byte. */
    private static boolean isContinuation(byte[] bytes, int lead, int index) {
        int octet = bytes[lead + 1 + index] & 0xff;
        int low = 0x80;
        int high = 0xbf;
        if (index == 0) {
            switch (bytes[lead] & 0xff) {
                case 0xe0 -> low = 0xa0;
                case 0xed -> high = 0x9f;
                case 0xf0 -> low = 0x90;
                case 0xf4 -> high = 0x8f;
                default -> { }
            }
        }
        return octet >= low && octet <= high;
    }
}
