package proxymcp.har;

import java.io.IOException;
import proxymcp.codec.BlockInput;

/** Octets that are made a piece at a time. Not for several threads. */
abstract class PieceStream extends BlockInput {
    private byte[] piece = new byte[0];
    private int position;
    private boolean ended;

    /**
     * The next octets, of any number.
     *
     * @throws IOException if they cannot be had
     */
    abstract byte[] next() throws IOException;

    /** The piece that {@link #next} is about to return is the last one. */
    final void end() {
        ended = true;
    }

    final boolean isEnded() {
        return ended;
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == piece.length) {
            if (ended) {
                return -1;
            }
            piece = next();
            position = 0;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, target, offset, count);
        position += count;
        return count;
    }
}
