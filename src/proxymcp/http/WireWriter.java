package proxymcp.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Collects octets for one connection so that a head and a short body leave in one write.
 *
 * <p>Owner: the thread that writes the connection. {@link #flush} before waiting for the peer.
 */
public final class WireWriter {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    /** Has nothing to flush. */
    public static final WireWriter NOWHERE = new WireWriter(OutputStream.nullOutputStream());

    private final OutputStream out;
    private final byte[] buffer = new byte[WireReader.IDLE_BYTES];
    private int used;

    /** @param out the connection; closed by whoever opened it */
    public WireWriter(OutputStream out) {
        this.out = out;
    }

    /** A request head as {@link #head(RequestHead)} writes it. */
    public static byte[] octets(RequestHead head) {
        return octets(out -> out.head(head));
    }

    /** A response head as {@link #head(ResponseHead)} writes it. */
    public static byte[] octets(ResponseHead head) {
        return octets(out -> out.head(head));
    }

    private interface Writing {
        void to(WireWriter out) throws IOException;
    }

    private static byte[] octets(Writing head) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(512);
        WireWriter out = new WireWriter(octets);
        try {
            head.to(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes all octets", e);
        }
        return octets.toByteArray();
    }

    /** Octets collected and not written yet. */
    public int pending() {
        return used;
    }

    /** Appends {@code length} octets; what does not fit beside the collected ones is written at once. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > buffer.length - used) {
            flush();
            if (length >= buffer.length) {
                out.write(bytes, offset, length);
                return;
            }
        }
        System.arraycopy(bytes, offset, buffer, used, length);
        used += length;
    }

    /**
     * Appends text whose characters are octets.
     *
     * @throws IllegalArgumentException if a character is above 0xFF: cut to its low octet it could be a line end
     */
    public void write(String latin1) throws IOException {
        for (int i = 0; i < latin1.length(); i++) {
            char c = latin1.charAt(i);
            if (c > 0xFF) {
                throw new IllegalArgumentException("text holds U+" + Integer.toHexString(c) + " at " + i);
            }
            write(c);
        }
    }

    /** Writes what was collected. */
    public void flush() throws IOException {
        if (used > 0) {
            int count = used;
            used = 0;
            out.write(buffer, 0, count);
        }
    }

    /** Request line, fields and empty line, with the fields' octets as they are. */
    public void head(RequestHead head) throws IOException {
        write(head.method());
        write(' ');
        write(head.target());
        write(' ');
        write(head.version().toString());
        crlf();
        fields(head.fields());
    }

    /** Status line, fields and empty line, with the fields' octets as they are. */
    public void head(ResponseHead head) throws IOException {
        write(head.version().toString());
        write(' ');
        write(Integer.toString(head.status()));
        write(' ');
        write(head.reason());
        crlf();
        fields(head.fields());
    }

    /** One chunk (RFC 9112 section 7.1); {@code length} at least 1. */
    public void chunk(byte[] bytes, int offset, int length) throws IOException {
        if (length < 1) {
            // A chunk of nothing would be the last one.
            throw new IllegalArgumentException("chunk of " + length + " bytes");
        }
        hex(length);
        crlf();
        write(bytes, offset, length);
        crlf();
    }

    /** The last chunk and the trailer section. */
    public void lastChunk(Fields trailers) throws IOException {
        write('0');
        crlf();
        fields(trailers);
    }

    void crlf() throws IOException {
        write('\r');
        write('\n');
    }

    private void fields(Fields fields) throws IOException {
        for (int i = 0; i < fields.size(); i++) {
            fields.writeLine(i, this);
        }
        crlf();
    }

    private void write(int octet) throws IOException {
        if (used == buffer.length) {
            flush();
        }
        buffer[used++] = (byte) octet;
    }

    private void hex(int value) throws IOException {
        int shift = (31 - Integer.numberOfLeadingZeros(value)) & ~3;
        for (; shift >= 0; shift -= 4) {
            write(HEX[value >>> shift & 0xF]);
        }
    }
}
