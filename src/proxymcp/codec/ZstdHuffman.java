package proxymcp.codec;

import java.util.Arrays;

/** A Huffman table of zstd (RFC 8878 section 4.2): for each value of the next bits, the symbol and how many bits it takes. */
final class ZstdHuffman {
    private static final int BITS_MAX = 11;
    private static final int WEIGHTS_MAX = 255;

    private final int bits;
    private final byte[] symbols;
    private final byte[] lengths;

    private ZstdHuffman(int bits) {
        this.bits = bits;
        this.symbols = new byte[1 << bits];
        this.lengths = new byte[1 << bits];
    }

    /** Reads a tree's description. */
    static ZstdHuffman read(ZstdInput in) throws ZstdFormatException {
        int header = in.octet();
        byte[] weights = new byte[WEIGHTS_MAX + 1];
        int count = header < 128 ? coded(in, header, weights) : plain(in, header - 127, weights);
        return of(weights, count);
    }

    private static int plain(ZstdInput in, int count, byte[] weights) throws ZstdFormatException {
        int at = in.take((count + 1) / 2);
        for (int i = 0; i < count; i++) {
            int pair = in.bytes()[at + i / 2] & 0xff;
            weights[i] = (byte) (i % 2 == 0 ? pair >> 4 : pair & 15);
        }
        return count;
    }

    /** Weights coded by two states that take turns, up to the end of their stream. */
    private static int coded(ZstdInput in, int length, byte[] weights) throws ZstdFormatException {
        if (length > in.left()) {
            throw new ZstdFormatException("a Huffman tree that ends early");
        }
        int end = in.position() + length;
        ZstdFse table = in.table(6, 12);
        if (in.position() >= end) {
            throw new ZstdFormatException("a Huffman tree without weights");
        }
        ZstdBits bits = new ZstdBits(in.bytes(), in.position(), end);
        in.take(end - in.position());
        int one = table.begin(bits);
        int other = table.begin(bits);
        int count = 0;
        while (true) {
            weights[count++] = (byte) table.symbol(one);
            one = table.next(one, bits);
            if (bits.left() < 0) {
                weights[count++] = (byte) table.symbol(other);
                return count;
            }
            if (count >= WEIGHTS_MAX - 1) {
                throw new ZstdFormatException("a Huffman tree of more than 256 symbols");
            }
            int swapped = one;
            one = other;
            other = swapped;
        }
    }

    private static ZstdHuffman of(byte[] weights, int given) throws ZstdFormatException {
        int sum = 0;
        for (int i = 0; i < given; i++) {
            if (weights[i] > BITS_MAX) {
                throw new ZstdFormatException("a Huffman weight of " + weights[i]);
            }
            sum += weights[i] == 0 ? 0 : 1 << weights[i] - 1;
        }
        int bits = 32 - Integer.numberOfLeadingZeros(sum);
        int rest = (1 << bits) - sum;
        if (sum == 0 || bits > BITS_MAX || Integer.bitCount(rest) != 1) {
            throw new ZstdFormatException("a Huffman tree whose weights do not add up");
        }
        weights[given] = (byte) (32 - Integer.numberOfLeadingZeros(rest));
        ZstdHuffman table = new ZstdHuffman(bits);
        int at = 0;
        for (int weight = 1; weight <= bits; weight++) {
            for (int symbol = 0; symbol <= given; symbol++) {
                if (weights[symbol] == weight) {
                    int entries = 1 << weight - 1;
                    Arrays.fill(table.symbols, at, at + entries, (byte) symbol);
                    Arrays.fill(table.lengths, at, at + entries, (byte) (bits + 1 - weight));
                    at += entries;
                }
            }
        }
        return table;
    }

    /** Decodes one stream, which must end with its last symbol. */
    void decode(ZstdBits in, byte[] target, int from, int to) throws ZstdFormatException {
        for (int i = from; i < to; i++) {
            int next = in.peek(bits);
            target[i] = symbols[next];
            in.skip(lengths[next]);
        }
        if (in.left() != 0) {
            throw new ZstdFormatException("a stream of literals that does not end with its last symbol");
        }
    }
}
