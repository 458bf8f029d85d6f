package proxymcp.codec;

import java.util.Optional;

/**
 * Decodes the compressed blocks of a frame (RFC 8878 section 3.1.1.3): literals, and sequences that say how they and earlier output make up the
 * block. Tables and recent offsets last from block to block.
 */
final class ZstdBlock {
    /** Octets that a block decodes to at most. */
    static final int BYTES_MAX = 128 << 10;

    private static final int[] LITERAL_BASES = bases(0, new int[] {16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192,
            16384, 32768, 65536}, 16);
    private static final int[] LITERAL_BITS = bits(new int[] {1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 16);
    private static final int[] MATCH_BASES = bases(3, new int[] {35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195,
            16387, 32771, 65539}, 32);
    private static final int[] MATCH_BITS = bits(new int[] {1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 32);
    private static final int OFFSET_CODE_MAX = 31;

    private static final ZstdFse LITERAL_LENGTHS = predefined(6, new int[] {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2,
            2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1});
    private static final ZstdFse OFFSETS = predefined(5, new int[] {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1,
            -1, -1, -1});
    private static final ZstdFse MATCH_LENGTHS = predefined(6, new int[] {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1});

    private final ZstdLiterals literals = new ZstdLiterals();
    private final long[] recent = {1, 4, 8};
    private Optional<ZstdFse> literalLengths = Optional.empty();
    private Optional<ZstdFse> offsets = Optional.empty();
    private Optional<ZstdFse> matchLengths = Optional.empty();

    /** A frame begins: nothing lasts. */
    void reset() {
        literals.reset();
        literalLengths = Optional.empty();
        offsets = Optional.empty();
        matchLengths = Optional.empty();
        recent[0] = 1;
        recent[1] = 4;
        recent[2] = 8;
    }

    /** Decodes the block that {@code in} holds to the end of {@code out}. */
    void decode(ZstdInput in, ZstdWindow out) throws ZstdFormatException {
        literals.read(in);
        int count = in.octet();
        if (count == 255) {
            count = (int) in.number(2) + 0x7f00;
        } else if (count > 127) {
            count = (count - 128 << 8) + in.octet();
        }
        if (count == 0) {
            if (in.left() > 0) {
                throw new ZstdFormatException("octets behind a block without sequences");
            }
            out.write(literals.octets(), 0, literals.size());
            return;
        }
        int modes = in.octet();
        if ((modes & 3) != 0) {
            throw new ZstdFormatException("reserved bits of the sequences' modes are set");
        }
        literalLengths = Optional.of(table(in, modes >> 6, LITERAL_LENGTHS, literalLengths, 9, LITERAL_BITS.length - 1));
        offsets = Optional.of(table(in, modes >> 4 & 3, OFFSETS, offsets, 8, OFFSET_CODE_MAX));
        matchLengths = Optional.of(table(in, modes >> 2 & 3, MATCH_LENGTHS, matchLengths, 9, MATCH_BITS.length - 1));
        int rest = in.left();
        int from = in.take(rest);
        sequences(new ZstdBits(in.bytes(), from, from + rest), count, out);
    }

    private static ZstdFse table(ZstdInput in, int mode, ZstdFse predefined, Optional<ZstdFse> last, int accuracyLogMax, int symbolMax)
            throws ZstdFormatException {
        return switch (mode) {
            case 0 -> predefined;
            case 1 -> {
                int symbol = in.octet();
                if (symbol > symbolMax) {
                    throw new ZstdFormatException("a table of symbol " + symbol + ", more than " + symbolMax);
                }
                yield ZstdFse.single(symbol);
            }
            case 2 -> in.table(accuracyLogMax, symbolMax);
            default -> last.orElseThrow(() -> new ZstdFormatException("sequences that go on with a table that never came"));
        };
    }

    private void sequences(ZstdBits in, int count, ZstdWindow out) throws ZstdFormatException {
        ZstdFse lengthTable = literalLengths.orElseThrow();
        ZstdFse offsetTable = offsets.orElseThrow();
        ZstdFse matchTable = matchLengths.orElseThrow();
        int lengthState = lengthTable.begin(in);
        int offsetState = offsetTable.begin(in);
        int matchState = matchTable.begin(in);
        int literal = 0;
        for (int i = 0; i < count; i++) {
            int offsetCode = offsetTable.symbol(offsetState);
            int matchCode = matchTable.symbol(matchState);
            int lengthCode = lengthTable.symbol(lengthState);
            long offset = (1L << offsetCode) + in.read(offsetCode);
            int match = MATCH_BASES[matchCode] + (int) in.read(MATCH_BITS[matchCode]);
            int length = LITERAL_BASES[lengthCode] + (int) in.read(LITERAL_BITS[lengthCode]);
            if (length > literals.size() - literal) {
                throw new ZstdFormatException("a sequence with more literals than there are");
            }
            out.write(literals.octets(), literal, length);
            literal += length;
            out.repeat(distance(offset, length), match);
            if (i < count - 1) {
                lengthState = lengthTable.next(lengthState, in);
                matchState = matchTable.next(matchState, in);
                offsetState = offsetTable.next(offsetState, in);
            }
            if (in.left() < 0) {
                throw new ZstdFormatException("sequences that end early");
            }
        }
        if (in.left() != 0) {
            throw new ZstdFormatException("octets behind the last sequence");
        }
        out.write(literals.octets(), literal, literals.size() - literal);
    }

    /** Offsets 1 to 3 stand for recent ones (RFC 8878 section 3.1.1.5). */
    private long distance(long offset, int literalLength) {
        if (offset > 3) {
            recent[2] = recent[1];
            recent[1] = recent[0];
            recent[0] = offset - 3;
            return recent[0];
        }
        int which = (int) offset - 1 + (literalLength == 0 ? 1 : 0);
        if (which == 0) {
            return recent[0];
        }
        long distance = which < 3 ? recent[which] : recent[0] - 1;
        if (which > 1) {
            recent[2] = recent[1];
        }
        recent[1] = recent[0];
        recent[0] = distance;
        return distance;
    }

    private static int[] bases(int first, int[] later, int plain) {
        int[] all = new int[plain + later.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i < plain ? i + first : later[i - plain];
        }
        return all;
    }

    private static int[] bits(int[] later, int plain) {
        int[] all = new int[plain + later.length];
        System.arraycopy(later, 0, all, plain, later.length);
        return all;
    }

    private static ZstdFse predefined(int accuracyLog, int[] probabilities) {
        try {
            return ZstdFse.of(accuracyLog, probabilities, probabilities.length);
        } catch (ZstdFormatException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
