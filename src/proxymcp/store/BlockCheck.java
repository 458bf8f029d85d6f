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
    private final Rows rows;
    private final Rows streams;
    private final Rows messages;
    private final BitSet namesChecked = new BitSet();
    private final BitSet pathsChecked = new BitSet();
    private boolean textsChecked;

    BlockCheck(IndexFiles index, Checkpoint checkpoint) {
        this.index = index;
        this.checkpoint = checkpoint;
        Checkpoint.StreamState then = checkpoint.streams();
        this.rows = new Rows("", index.rows(), checkpoint.rows(), checkpoint.lastSeq());
        this.streams = new Rows(" of streams", index.streams(), then.streamSums(), then.streams());
        this.messages = new Rows(" of messages", index.messages(), then.messageSums(), then.messages());
    }

    /** Blocks of rows of one file. */
    private static final class Rows {
        private final String what;
        private final RowArea area;
        private final List<Integer> sums;
        private final long last;
        private final AtomicIntegerArray checked;

        Rows(String what, RowArea area, List<Integer> sums, long last) {
            this.what = what;
            this.area = area;
            this.sums = sums;
            this.last = last;
            this.checked = new AtomicIntegerArray(sums.size());
        }

        void check(long number) throws IOException {
            int block = Checkpoint.rowBlock(number);
            // Without a lock: this is asked for every row of every query. Two threads may check one block.
            if (block >= checked.length() || checked.get(block) == 0) {
                checkBlock(block);
            }
        }

        private void checkBlock(int block) throws IOException {
            long from = (long) block * Checkpoint.ROWS_PER_BLOCK + 1;
            long to = Math.min(last, from + Checkpoint.ROWS_PER_BLOCK - 1);
            if (block >= sums.size() || area.checksum(from, to) != sums.get(block)) {
                throw new IndexDamagedException("rows " + from + " to " + to + what + " of the index are damaged");
            }
            checked.set(block, 1);
        }

        void all() throws IOException {
            for (int block = 0; block < sums.size(); block++) {
                check((long) block * Checkpoint.ROWS_PER_BLOCK + 1);
            }
        }
    }

    /** Checks the block of rows that {@code seq} is in. */
    void row(long seq) throws IOException {
        rows.check(seq);
    }

    /** Checks the block that a row of a stream is in. */
    void stream(long number) throws IOException {
        streams.check(number);
    }

    /** Checks the block that a row of a message is in. */
    void message(long number) throws IOException {
        messages.check(number);
    }

    /** Checks every block. */
    void all() throws IOException {
        rows.all();
        streams.all();
        messages.all();
        texts();
    }

    /** Checks the blocks that change when the session goes on: their checksums are made anew then. */
    void whatWillChange() throws IOException {
        if (checkpoint.lastSeq() > 0) {
            row(checkpoint.lastSeq());
        }
        for (Checkpoint.OpenRow open : checkpoint.open()) {
            row(open.seq());
            if (open.stream() > 0) {
                stream(open.stream());
            }
        }
        if (checkpoint.streams().streams() > 0) {
            stream(checkpoint.streams().streams());
        }
        if (checkpoint.streams().messages() > 0) {
            message(checkpoint.streams().messages());
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
