package proxymcp.store;

import java.io.IOException;
import java.util.BitSet;

/**
 * Checks blocks of an index that nobody writes against the checksums of its last checkpoint, each at its first touch. Any thread may call; the
 * lock is held while a block is summed up.
 */
final class BlockCheck {
    /** A block of the index is not what the checkpoint saw: it has to be rebuilt from the log. */
    static final class IndexDamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        IndexDamagedException(String message) {
            super(message);
        }
    }

    private final IndexFiles index;
    private final Checkpoint checkpoint;
    private final BitSet rowsChecked = new BitSet();
    private boolean textsChecked;

    BlockCheck(IndexFiles index, Checkpoint checkpoint) {
        this.index = index;
        this.checkpoint = checkpoint;
    }

    /** Checks the block of rows that {@code seq} is in. */
    synchronized void row(long seq) throws IOException {
        int block = Checkpoint.rowBlock(seq);
        if (rowsChecked.get(block)) {
            return;
        }
        long first = (long) block * Checkpoint.ROWS_PER_BLOCK + 1;
        long last = Math.min(checkpoint.lastSeq(), first + Checkpoint.ROWS_PER_BLOCK - 1);
        if (block >= checkpoint.rows().size() || index.rowChecksum(first, last) != checkpoint.rows().get(block)) {
            throw new IndexDamagedException("rows " + first + " to " + last + " of the index are damaged");
        }
        rowsChecked.set(block);
    }

    /** Checks all texts, once. */
    synchronized void texts() throws IOException {
        if (textsChecked) {
            return;
        }
        check("index.names", index.names(), checkpoint.names(), checkpoint.namesUsed());
        check("index.urls", index.urls(), checkpoint.urls(), checkpoint.urlsUsed());
        textsChecked = true;
    }

    private static void check(String what, TextArea area, java.util.List<Integer> sums, long used) throws IOException {
        for (int block = 0; block < sums.size(); block++) {
            long from = (long) block * Checkpoint.TEXT_PER_BLOCK;
            if (CheckpointMaker.checksum(area, from, Math.min(used, from + Checkpoint.TEXT_PER_BLOCK)) != sums.get(block)) {
                throw new IndexDamagedException("block " + block + " of " + what + " is damaged");
            }
        }
    }
}
