package proxymcp.codec;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Undoes zstd (RFC 8878): one frame or several, skippable ones between them, with anything after the last one ignored. Dictionaries are none of HTTP's
 * (RFC 9659 names them apart) and are refused, as is a window of more than 128 MiB. Memory follows the output, up to the window and 2 MiB.
 */
final class ZstdDecoder extends BlockInput {
    private static final String CODING = "zstd";
    private static final int MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int SKIPPABLE_MASK = 0xFFFFFFF0;
    private static final long WINDOW_BYTES_MAX = 128L << 20;
    private static final int INPUT_BYTES = 8192;

    private enum State { BEFORE_FRAME, IN_FRAME, ENDED }

    private final InputStream in;
    private final byte[] chunk = new byte[INPUT_BYTES];
    private int chunkAt;
    private int chunkEnd;
    private long consumed;
    private byte[] block = new byte[0];
    private final ZstdBlock blocks = new ZstdBlock();
    private ZstdWindow window = new ZstdWindow(0, 0);
    private XxHash64 hash = new XxHash64();
    private State state = State.BEFORE_FRAME;
    private boolean anyFrame;
    private boolean checksummed;
    private long contentBytes;
    private int blockBytesMax;
    private Optional<IOException> failure = Optional.empty();

    /** Begins at the first octet of zstd data. */
    ZstdDecoder(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (window.available() == 0) {
            if (failure.isPresent()) {
                throw failure.get();
            }
            if (state == State.ENDED) {
                return -1;
            }
            try {
                advance();
            } catch (IOException e) {
                failure = Optional.of(e); // First comes what was decoded before it.
            }
        }
        return window.read(target, offset, length);
    }

    private void advance() throws IOException {
        if (state == State.BEFORE_FRAME) {
            beginFrame();
        } else {
            nextBlock();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void beginFrame() throws IOException {
        long start = consumed;
        int magic = 0;
        for (int i = 0; i < 4; i++) {
            int octet = next();
            if (octet < 0 || anyFrame && !mayBegin(octet, i)) {
                if (anyFrame) {
                    state = State.ENDED; // Browsers ignore what is behind the last frame.
                    return;
                }
                throw truncated();
            }
            magic |= octet << 8 * i;
        }
        if ((magic & SKIPPABLE_MASK) == SKIPPABLE) {
            pass(number(4));
            anyFrame = true;
            return;
        }
        if (magic != MAGIC) {
            if (anyFrame) {
                state = State.ENDED;
                return;
            }
            throw new CodingException(CodingException.Kind.CORRUPT, CODING, "not zstd data: starts with "
                    + String.format("%02x %02x %02x %02x", magic & 0xff, magic >> 8 & 0xff, magic >> 16 & 0xff, magic >>> 24) + ", expected 28 b5 2f fd");
        }
        readHeader(start);
        anyFrame = true;
        state = State.IN_FRAME;
    }

    private static boolean mayBegin(int octet, int index) {
        int expected = MAGIC >>> 8 * index & 0xff;
        int skippable = SKIPPABLE >>> 8 * index & 0xff;
        return octet == expected || (index == 0 ? (octet & 0xf0) == skippable : octet == skippable);
    }

    private void readHeader(long start) throws IOException {
        int descriptor = required();
        boolean single = (descriptor & 0x20) != 0;
        if ((descriptor & 0x08) != 0) {
            throw corrupt("a reserved bit of the frame header is set", start);
        }
        long windowBytes = 0;
        if (!single) {
            int octet = required();
            long base = 1L << 10 + (octet >> 3);
            windowBytes = base + base / 8 * (octet & 7);
        }
        long dictionary = number(new int[] {0, 1, 2, 4}[descriptor & 3]);
        if (dictionary != 0) {
            throw new CodingException(CodingException.Kind.UNSUPPORTED, CODING, "it needs dictionary " + dictionary);
        }
        int sizeFlag = descriptor >> 6;
        int sizeBytes = sizeFlag == 0 ? single ? 1 : 0 : 1 << sizeFlag;
        contentBytes = sizeBytes == 0 ? -1 : number(sizeBytes) + (sizeBytes == 2 ? 256 : 0);
        if (single) {
            windowBytes = contentBytes;
        }
        if (windowBytes < 0 || windowBytes > WINDOW_BYTES_MAX) {
            throw new CodingException(CodingException.Kind.UNSUPPORTED, CODING, "a window of " + Long.toUnsignedString(windowBytes) + " bytes, more than "
                    + WINDOW_BYTES_MAX);
        }
        checksummed = (descriptor & 0x04) != 0;
        blockBytesMax = (int) Math.min(windowBytes, ZstdBlock.BYTES_MAX);
        window = new ZstdWindow((int) windowBytes, blockBytesMax);
        hash = new XxHash64();
        blocks.reset();
    }

    private void nextBlock() throws IOException {
        long start = consumed;
        int header = (int) number(3);
        int type = header >> 1 & 3;
        int size = header >> 3;
        if (size > blockBytesMax) {
            throw corrupt("a block of " + size + " bytes, more than " + blockBytesMax, start);
        }
        window.reserve();
        long before = window.total();
        try {
            switch (type) {
                case 0 -> {
                    int count = fill(size);
                    window.write(block, 0, count);
                    if (count < size) {
                        throw truncated();
                    }
                }
                case 1 -> window.fill((byte) required(), size);
                case 2 -> {
                    if (fill(size) < size) {
                        throw truncated();
                    }
                    blocks.decode(new ZstdInput(block, size), window);
                }
                default -> throw corrupt("a block of the reserved type", start);
            }
        } catch (ZstdFormatException e) {
            throw corrupt(e.getMessage(), start);
        }
        int written = (int) (window.total() - before);
        if (written > blockBytesMax) {
            throw corrupt("a block that decodes to " + written + " bytes, more than " + blockBytesMax, start);
        }
        if (checksummed) {
            window.hash(hash, written);
        }
        if ((header & 1) != 0) {
            endFrame();
        }
    }

    private void endFrame() throws IOException {
        state = State.BEFORE_FRAME;
        if (contentBytes >= 0 && contentBytes != window.total()) {
            throw corrupt("a frame of " + window.total() + " bytes, expected " + contentBytes, consumed);
        }
        if (checksummed) {
            long found = number(4);
            long expected = hash.value() & 0xffffffffL;
            if (found != expected) {
                throw corrupt("checksum " + Long.toHexString(found) + ", expected " + Long.toHexString(expected), consumed - 4);
            }
        }
    }

    /** Reads {@code count} octets of a block, or as many as there are. */
    private int fill(int count) throws IOException {
        if (block.length < count + ZstdBits.PADDING_BYTES) {
            block = new byte[Math.min(ZstdBlock.BYTES_MAX, 2 * count) + ZstdBits.PADDING_BYTES];
        }
        int filled = 0;
        while (filled < count) {
            if (chunkAt == chunkEnd && !refill()) {
                return filled;
            }
            int taken = Math.min(count - filled, chunkEnd - chunkAt);
            System.arraycopy(chunk, chunkAt, block, filled, taken);
            chunkAt += taken;
            consumed += taken;
            filled += taken;
        }
        return filled;
    }

    private void pass(long count) throws IOException {
        for (long left = count; left > 0; ) {
            if (chunkAt == chunkEnd && !refill()) {
                throw truncated();
            }
            int taken = (int) Math.min(left, chunkEnd - chunkAt);
            chunkAt += taken;
            consumed += taken;
            left -= taken;
        }
    }

    private long number(int octets) throws IOException {
        long number = 0;
        for (int i = 0; i < octets; i++) {
            number |= (long) required() << 8 * i;
        }
        return number;
    }

    private int required() throws IOException {
        int octet = next();
        if (octet < 0) {
            throw truncated();
        }
        return octet;
    }

    private int next() throws IOException {
        if (chunkAt == chunkEnd && !refill()) {
            return -1;
        }
        consumed++;
        return chunk[chunkAt++] & 0xff;
    }

    private boolean refill() throws IOException {
        int count = in.read(chunk, 0, chunk.length);
        chunkAt = 0;
        chunkEnd = Math.max(0, count);
        return count > 0;
    }

    private static CodingException truncated() {
        return new CodingException(CodingException.Kind.TRUNCATED, CODING, "the input ends inside the coded data");
    }

    private static CodingException corrupt(String what, long at) {
        return new CodingException(CodingException.Kind.CORRUPT, CODING, what + ", at byte " + at);
    }
}
