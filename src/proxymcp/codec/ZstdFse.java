package proxymcp.codec;

/**
 * A decoding table of finite state entropy (RFC 8878 section 4.1): for each state the symbol it stands for, and how the next state is read.
 */
final class ZstdFse {
    private final int accuracyLog;
    private final byte[] symbols;
    private final byte[] bits;
    private final short[] bases;

    private ZstdFse(int accuracyLog) {
        this.accuracyLog = accuracyLog;
        this.symbols = new byte[1 << accuracyLog];
        this.bits = new byte[1 << accuracyLog];
        this.bases = new short[1 << accuracyLog];
    }

    /** A table of one state that stands for {@code symbol} for ever. */
    static ZstdFse single(int symbol) {
        ZstdFse table = new ZstdFse(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /**
     * A table for probabilities that add up to {@code 1 << accuracyLog}, where -1 stands for less than one.
     *
     * @throws ZstdFormatException if they do not
     */
    static ZstdFse of(int accuracyLog, int[] probabilities, int symbolCount) throws ZstdFormatException {
        ZstdFse table = new ZstdFse(accuracyLog);
        int size = 1 << accuracyLog;
        int high = size;
        int[] next = new int[symbolCount];
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            if (probabilities[symbol] == -1) {
                table.symbols[--high] = (byte) symbol;
                next[symbol] = 1;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            if (probabilities[symbol] > 0) {
                next[symbol] = probabilities[symbol];
                for (int i = 0; i < probabilities[symbol]; i++) {
                    table.symbols[position] = (byte) symbol;
                    do {
                        position = position + step & size - 1;
                    } while (position >= high);
                }
            }
        }
        if (position != 0) {
            throw new ZstdFormatException("symbol probabilities that do not fill their table");
        }
        for (int state = 0; state < size; state++) {
            int number = next[table.symbols[state] & 0xff]++;
            int count = accuracyLog - (31 - Integer.numberOfLeadingZeros(number));
            table.bits[state] = (byte) count;
            table.bases[state] = (short) ((number << count) - size);
        }
        return table;
    }

    /** The state that a stream begins in. */
    int begin(ZstdBits in) {
        return (int) in.read(accuracyLog);
    }

    /** The symbol of {@code state}, 0..255. */
    int symbol(int state) {
        return symbols[state] & 0xff;
    }

    /** The state after {@code state}. */
    int next(int state, ZstdBits in) {
        return (bases[state] & 0xffff) + (int) in.read(bits[state]);
    }
}
