package proxymcp.replay.queue;

/** Jobs of a run that go out one after the other. One thread. */
final class ShardState {
    private final String text;
    /** Indexes, ascending. */
    private final LongList members = new LongList();
    private int head;
    /** Who had the last one, and until when nobody else gets the next; empty for anybody. */
    private String holder = "";
    private long heldUntilMillis;
    /** Where the commit stands that carried something last; -1 without one. */
    private long carriedAt = -1;

    ShardState(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    void add(int index) {
        members.add(index);
    }

    /** Index of the first job that has not ended; -1 if all have. */
    int head(RunState run) {
        while (head < members.size() && run.phase((int) members.get(head)).end().isPresent()) {
            head++;
        }
        return head < members.size() ? (int) members.get(head) : -1;
    }

    boolean isFor(String worker, long nowMillis) {
        return holder.isEmpty() || holder.equals(worker) || nowMillis >= heldUntilMillis;
    }

    void hold(String worker, long untilMillis) {
        holder = worker;
        heldUntilMillis = untilMillis;
    }

    String holder() {
        return holder;
    }

    long heldUntilMillis() {
        return heldUntilMillis;
    }

    void carry(long place) {
        carriedAt = place;
    }

    long carriedAt() {
        return carriedAt;
    }
}
