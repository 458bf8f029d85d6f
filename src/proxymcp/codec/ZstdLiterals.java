package proxymcp.codec;

import java.util.Arrays;
import java.util.Optional;

/** The literals of one block after another (RFC 8878 section 3.1.1.3.1); a tree lasts until the next one. */
final class ZstdLiterals {
    private byte[] octets = new byte[0];
    private int size;
    private Optional<ZstdHuffman> tree = Optional.empty();

    /** A frame begins: nothing lasts. */
    void reset() {
        tree = Optional.empty();
    }

    /** Literals of the block that was read last; only {@link #size} of them. */
    byte[] octets() {
        return octets;
    }

    int size() {
        return size;
    }

    /** Reads the section that begins a block. */
    void read(ZstdInput in) throws ZstdFormatException {
        int first = in.bytes()[in.position()] & 0xff;
        if (in.left() == 0) {
            throw new ZstdFormatException("a block without literals section");
        }
        int type = first & 3;
        int format = first >> 2 & 3;
        switch (type) {
            case 0 -> raw(in, format);
            case 1 -> repeated(in, format);
            case 2 -> compressed(in, format, true);
            default -> compressed(in, format, false);
        }
    }

    private static int plainSize(ZstdInput in, int format) throws ZstdFormatException {
        return switch (format) {
            case 1 -> (int) (in.number(2) >> 4);
            case 3 -> (int) (in.number(3) >> 4);
            default -> in.octet() >> 3;
        };
    }

    private void raw(ZstdInput in, int format) throws ZstdFormatException {
        hold(plainSize(in, format));
        System.arraycopy(in.bytes(), in.take(size), octets, 0, size);
    }

    private void repeated(ZstdInput in, int format) throws ZstdFormatException {
        hold(plainSize(in, format));
        Arrays.fill(octets, 0, size, (byte) in.octet());
    }

    private void compressed(ZstdInput in, int format, boolean treeComes) throws ZstdFormatException {
        int sizeBits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long header = in.number((4 + 2 * sizeBits + 7) / 8) >> 4;
        hold((int) (header & (1 << sizeBits) - 1));
        int end = in.position() + (int) (header >> sizeBits);
        if (end - in.position() > in.left()) {
            throw new ZstdFormatException("literals that end early");
        }
        if (treeComes) {
            tree = Optional.of(ZstdHuffman.read(in));
        }
        ZstdHuffman used = tree.orElseThrow(() -> new ZstdFormatException("literals that go on with a tree that never came"));
        int rest = end - in.position();
        if (rest < 1) {
            throw new ZstdFormatException("literals without a stream");
        }
        if (format == 0) {
            used.decode(new ZstdBits(in.bytes(), in.take(rest), end), octets, 0, size);
        } else {
            four(in, used, end);
        }
    }

    private void four(ZstdInput in, ZstdHuffman used, int end) throws ZstdFormatException {
        int[] lengths = {(int) in.number(2), (int) in.number(2), (int) in.number(2), 0};
        lengths[3] = end - in.position() - lengths[0] - lengths[1] - lengths[2];
        int each = (size + 3) / 4;
        if (lengths[3] < 1 || 3 * each > size) {
            throw new ZstdFormatException("four streams of literals that do not fit their section");
        }
        for (int i = 0; i < 4; i++) {
            int from = in.take(lengths[i]);
            used.decode(new ZstdBits(in.bytes(), from, from + lengths[i]), octets, i * each, i < 3 ? (i + 1) * each : size);
        }
    }

    private void hold(int count) throws ZstdFormatException {
        if (count > ZstdBlock.BYTES_MAX) {
            throw new ZstdFormatException(count + " literals in a block, more than " + ZstdBlock.BYTES_MAX);
        }
        if (octets.length < count) {
            octets = new byte[Math.max(count, 16 << 10)];
        }
        size = count;
    }
}
