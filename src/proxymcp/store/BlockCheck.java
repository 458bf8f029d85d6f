package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

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
    private final AtomicIntegerArray rowsChecked;
    private final BitSet namesChecked = new BitSet();
    private final BitSet pathsChecked = new BitSet();
    private boolean textsChecked;

    BlockCheck(IndexFiles index, Checkpoint checkpoint) {
        this.index = index;
        this.checkpoint = checkpoint;
        this.rowsChecked = new AtomicIntegerArray(checkpoint.rows().size());
    }

    /** Checks the block of rows that {@code seq} is in. */
    void row(long seq) throws IOException {
        int block = Checkpoint.rowBlock(seq);
        // Without a lock: this is asked for every row of every query. Two threads may check one block.
        if (block >= rowsChecked.length() || rowsChecked.get(block) == 0) {
            checkRows(block);
        }
    }

    private void checkRows(int block) throws IOException {
        long first = (long) block * Checkpoint.ROWS_PER_BLOCK + 1;
        long last = Math.min(checkpoint.lastSeq(), first + Checkpoint.ROWS_PER_BLOCK - 1);
        if (block >= checkpoint.rows().size() || index.rowChecksum(first, last) != checkpoint.rows().get(block)) {
            throw new IndexDamagedException("rows " + first + " to " + last + " of the index are damaged");
        }
        rowsChecked.set(block, 1);
    }

    /** Checks every block. */
    void all() throws IOException {
        for (int block = 0; block < checkpoint.rows().size(); block++) {
            row((long) block * Checkpoint.ROWS_PER_BLOCK + 1);
        }
        texts();
    }

    /** Checks the blocks that change when the session goes on: their checksums are made anew then. */
    void whatWillChange() throws IOException {
        if (checkpoint.lastSeq() > 0) {
            row(checkpoint.lastSeq());
        }
        for (Checkpoint.OpenRow open : checkpoint.open()) {
            row(open.seq());
        }
        check("index.names", index.names(), checkpoint.names(), checkpoint.namesUsed(), Math.max(0, checkpoint.names().size() - 1));
        check("index.paths", index.paths(), checkpoint.paths(), checkpoint.pathsUsed(), Math.max(0, checkpoint.paths().size() - 1));
    }

    /** Checks the blocks that the texts of a row are in. */
    synchronized void textsOf(ByteBuffer row, int at) throws IOException {
        if (textsChecked) {
            return;
        }
        for (int name : new int[] {RowLayout.METHOD, RowLayout.ORIGIN, RowLayout.CONTENT_TYPE, RowLayout.TARGET}) {
            text("index.names", index.names(), checkpoint.names(), checkpoint.namesUsed(), row.getInt(at + name) & 0xFFFF_FFFFL, namesChecked);
        }
        text("index.paths", index.paths(), checkpoint.paths(), checkpoint.pathsUsed(), row.getLong(at + RowLayout.PATH), pathsChecked);
    }

    private static void text(String what, TextArea area, List<Integer> sums, long used, long entry, BitSet checked) throws IOException {
        // An entry is shorter than a block, so it ends in this one or the next.
        for (int block = (int) (entry / Checkpoint.TEXT_PER_BLOCK), last = Math.min(block + 1, sums.size() - 1); block <= last; block++) {
            if (!checked.get(block)) {
                block(what, area, sums, used, block);
                checked.set(block);
            }
        }
    }

    /** Checks all texts, once. */
    synchronized void texts() throws IOException {
        if (textsChecked) {
            return;
        }
        check("index.names", index.names(), checkpoint.names(), checkpoint.namesUsed(), 0);
        check("index.paths", index.paths(), checkpoint.paths(), checkpoint.pathsUsed(), 0);
        textsChecked = true;
    }

    private static void check(String what, TextArea area, List<Integer> sums, long used, int firstBlock)
            throws IOException {
        for (int block = firstBlock; block < sums.size(); block++) {
            block(what, area, sums, used, block);
        }
    }

    private static void block(String what, TextArea area, List<Integer> sums, long used, int block) throws IOException {
        long from = (long) block * Checkpoint.TEXT_PER_BLOCK;
        if (CheckpointMaker.checksum(area, from, Math.min(used, from + Checkpoint.TEXT_PER_BLOCK)) != sums.get(block)) {
            throw new IndexDamagedException("block " + block + " of " + what + " is damaged");
        }
    }
}
