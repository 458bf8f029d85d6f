package proxymcp.replay.queue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Octets behind an octet that says how they are held: 0 as they are, 1 deflated, which they are where that is shorter. */
final class Packed {
    private static final int WORTH_BYTES = 128;

    private Packed() {}

    static byte[] pack(RecordOutput plain) {
        if (plain.used() >= WORTH_BYTES) {
            Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
            try {
                byte[] packed = new byte[plain.used()];
                packed[0] = 1;
                deflater.setInput(plain.bytes(), 0, plain.used());
                deflater.finish();
                int length = deflater.deflate(packed, 1, packed.length - 1);
                if (deflater.finished()) {
                    return java.util.Arrays.copyOf(packed, length + 1);
                }
            } finally {
                deflater.end();
            }
        }
        byte[] whole = new byte[plain.used() + 1];
        System.arraycopy(plain.bytes(), 0, whole, 1, plain.used());
        return whole;
    }

    /** @throws IOException if they are not whole */
    static RecordInput unpack(byte[] packed) throws IOException {
        if (packed.length > 0 && packed[0] == 0) {
            return new RecordInput(java.util.Arrays.copyOfRange(packed, 1, packed.length));
        }
        if (packed.length == 0 || packed[0] != 1) {
            throw new IOException("a record of the queue is packed in an unknown way");
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed, 1, packed.length - 1);
            ByteArrayOutputStream plain = new ByteArrayOutputStream(packed.length * 4);
            byte[] piece = new byte[1 << 14];
            while (!inflater.finished()) {
                int count = inflater.inflate(piece);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new IOException("a record of the queue ends too early");
                }
                plain.write(piece, 0, count);
            }
            return new RecordInput(plain.toByteArray());
        } catch (DataFormatException e) {
            throw new IOException("a record of the queue cannot be unpacked", e);
        } finally {
            inflater.end();
        }
    }
}
