package proxymcp.har;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Brings entries of our own files into the order of their seqs, as far as they are out of it by a few: a file is in the order of starts, and
 * exchanges that began at once have their seqs in another. Others pass at once. Not for several threads.
 */
final class HarImportOrder implements Closeable {
    private static final int HELD_MAX = 64;
    private static final long HELD_BYTES_MAX = 8 << 20;

    /** Takes entries in their order. */
    interface Next {
        /** Records an entry. */
        void record(HarImportEntry.Ready ready) throws IOException;
    }

    private record Held(HarImportEntry.Ready ready, HarReadBodies bodies, long bytes) {}

    private final Path temporary;
    private final Next next;
    private final PriorityQueue<Held> held = new PriorityQueue<>((a, b) -> Long.compare(seq(a), seq(b)));
    private Optional<HarReadBodies> idle = Optional.empty();
    private long heldBytes;
    private long lastSeq;

    /** @param temporary folder for long texts */
    HarImportOrder(Path temporary, Next next) {
        this.temporary = temporary;
        this.next = next;
    }

    private static long seq(Held entry) {
        return entry.ready().seq().orElse(0);
    }

    /** Room for the long texts of the next entry; given to {@link #add} or {@link #release}. */
    HarReadBodies bodies() {
        HarReadBodies bodies = idle.orElseGet(() -> new HarReadBodies(temporary));
        idle = Optional.empty();
        return bodies;
    }

    /** The texts are of no use any more. */
    void release(HarReadBodies bodies) throws IOException {
        if (idle.isPresent()) {
            bodies.close();
        } else {
            idle = Optional.of(bodies);
        }
    }

    /**
     * Takes an entry; those whose turn it is are recorded.
     *
     * @param bytes memory that it takes beside its long texts
     */
    void add(HarImportEntry.Ready ready, HarReadBodies bodies, long bytes) throws IOException {
        if (ready.seq().isEmpty()) {
            end();
        }
        long all = bytes + bodies.bytes();
        held.add(new Held(ready, bodies, all));
        heldBytes += all;
        while (!held.isEmpty() && (seq(held.peek()) <= lastSeq + 1 || held.size() > HELD_MAX || heldBytes > HELD_BYTES_MAX)) {
            recordFirst();
        }
    }

    /** Nothing more comes. */
    void end() throws IOException {
        while (!held.isEmpty()) {
            recordFirst();
        }
    }

    private void recordFirst() throws IOException {
        Held first = held.remove();
        heldBytes -= first.bytes();
        lastSeq = Math.max(lastSeq, seq(first));
        try {
            next.record(first.ready());
        } finally {
            release(first.bodies());
        }
    }

    @Override
    public void close() throws IOException {
        for (Held left : held) {
            left.bodies().close();
        }
        held.clear();
        if (idle.isPresent()) {
            idle.get().close();
        }
    }
}
