package proxymcp.codec;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;

/**
 * Undoes gzip (RFC 1952): one member or several, with anything after the last one ignored.
 *
 * <p>The JDK's {@code GZIPInputStream} asks {@code available()} whether another member follows, which a socket or a
 * chained decoder answers with 0, and it loses the bytes before a damage; hence our own.
 */
final class GzipDecoder extends BlockInput {
    private static final int ID1 = 0x1f;
    private static final int ID2 = 0x8b;
    private static final int METHOD_DEFLATE = 8;

    private static final int FLAG_HEADER_CRC = 0x02;
    private static final int FLAG_EXTRA = 0x04;
    private static final int FLAG_NAME = 0x08;
    private static final int FLAG_COMMENT = 0x10;

    private enum State { BEFORE_FIRST, IN_MEMBER, ENDED }

    private final InflaterSource source;
    private final CRC32 crc = new CRC32();
    private long memberBytes;
    private State state = State.BEFORE_FIRST;

    GzipDecoder(InputStream in) {
        source = new InflaterSource(in, "gzip", false);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (state == State.BEFORE_FIRST) {
            readFirstHeader();
        }
        while (state == State.IN_MEMBER) {
            int count = source.inflate(target, offset, length);
            if (count > 0) {
                crc.update(target, offset, count);
                memberBytes += count;
                return count;
            }
            checkTrailer();
            nextMember();
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private void readFirstHeader() throws IOException {
        int first = source.peek(0);
        int second = source.peek(1);
        if (first < 0 || (second < 0 && first == ID1)) {
            throw source.truncated();
        }
        if (first != ID1 || second != ID2) {
            throw source.corrupt("not gzip data: starts with " + hex(first) + (second < 0 ? "" : " " + hex(second))
                    + ", expected 1f 8b");
        }
        readHeader();
    }

    private void nextMember() throws IOException {
        // Zero padding and other garbage after the last member is common, and browsers ignore it.
        if (source.peek(0) == ID1 && source.peek(1) == ID2 && source.peek(2) == METHOD_DEFLATE) {
            source.reset();
            readHeader();
        } else {
            state = State.ENDED;
        }
    }

    private void readHeader() throws IOException {
        skip(2);
        int method = next();
        if (method != METHOD_DEFLATE) {
            throw source.corrupt("compression method " + method + ", expected 8 (deflate)");
        }
        int flags = next();
        skip(6);
        if ((flags & FLAG_EXTRA) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            skip(2);
        }
        crc.reset();
        memberBytes = 0;
        state = State.IN_MEMBER;
    }

    private void checkTrailer() throws IOException {
        long crcFound = nextInt();
        long bytesFound = nextInt();
        if (crcFound != crc.getValue()) {
            throw source.corrupt("crc32 " + Long.toHexString(crcFound) + ", expected " + Long.toHexString(crc.getValue()));
        }
        if (bytesFound != (memberBytes & 0xffffffffL)) {
            throw source.corrupt("length " + bytesFound + ", expected " + (memberBytes & 0xffffffffL));
        }
    }

    private long nextInt() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // The file name and the comment mean nothing to HTTP.
        }
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            next();
        }
    }

    private int next() throws IOException {
        int octet = source.read();
        if (octet < 0) {
            throw source.truncated();
        }
        return octet;
    }

    private static String hex(int octet) {
        return (octet < 16 ? "0" : "") + Integer.toHexString(octet);
    }
}
