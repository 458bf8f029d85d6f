package proxymcp.codec;

/** The octets of one block, read forwards. */
final class ZstdInput {
    private final byte[] bytes;
    private final int end;
    private int at;

    /** Octets of {@code bytes} up to {@code end}, exclusive; {@link ZstdBits#PADDING_BYTES} more must be there. */
    ZstdInput(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the next octet stands. */
    int position() {
        return at;
    }

    int left() {
        return end - at;
    }

    /** The next octet, 0..255. */
    int octet() throws ZstdFormatException {
        require(1);
        return bytes[at++] & 0xff;
    }

    /** The next {@code count} octets, at most 5, as a number with the least significant first. */
    long number(int count) throws ZstdFormatException {
        require(count);
        long number = 0;
        for (int i = 0; i < count; i++) {
            number |= (bytes[at++] & 0xffL) << 8 * i;
        }
        return number;
    }

    /**
     * Goes over {@code count} octets.
     *
     * @return where they begin
     */
    int take(int count) throws ZstdFormatException {
        require(count);
        at += count;
        return at - count;
    }

    /** Reads a table's description (RFC 8878 section 4.1.1), which ends with a whole octet. */
    ZstdFse table(int accuracyLogMax, int symbolMax) throws ZstdFormatException {
        long position = 8L * at;
        int accuracyLog = bits(position, 4) + 5;
        position += 4;
        if (accuracyLog > accuracyLogMax) {
            throw new ZstdFormatException("a table with an accuracy of " + accuracyLog + " bits, more than " + accuracyLogMax);
        }
        int[] probabilities = new int[symbolMax + 1];
        int symbols = 0;
        int remaining = 1 << accuracyLog;
        while (remaining > 0) {
            if (symbols > symbolMax) {
                throw new ZstdFormatException("a table with more than " + (symbolMax + 1) + " symbols");
            }
            int width = 32 - Integer.numberOfLeadingZeros(remaining + 1);
            int value = bits(position, width);
            position += width;
            int lower = (1 << width - 1) - 1;
            int threshold = (1 << width) - 1 - (remaining + 1);
            if ((value & lower) < threshold) {
                position--;
                value &= lower;
            } else if (value > lower) {
                value -= threshold;
            }
            int probability = value - 1;
            remaining -= Math.abs(probability);
            probabilities[symbols++] = probability;
            if (probability == 0) {
                int zeros;
                do {
                    zeros = bits(position, 2);
                    position += 2;
                    symbols += zeros;
                } while (zeros == 3 && symbols <= symbolMax);
            }
        }
        if (remaining < 0 || position > 8L * end || symbols > symbolMax + 1) {
            throw new ZstdFormatException("a table whose probabilities do not add up");
        }
        at = (int) (position + 7 >>> 3);
        return ZstdFse.of(accuracyLog, probabilities, symbols);
    }

    /** Bits of an octet come from its low end. Behind the end there are those of the padding: whoever reads them is found out later. */
    private int bits(long position, int count) throws ZstdFormatException {
        int from = (int) (position >>> 3);
        if (from >= end) {
            throw new ZstdFormatException("a table that ends early");
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (bytes[from + i] & 0xff) << 8 * i;
        }
        return value >>> (position & 7) & (1 << count) - 1;
    }

    private void require(int count) throws ZstdFormatException {
        if (count > end - at) {
            throw new ZstdFormatException("a section that ends early");
        }
    }
}
