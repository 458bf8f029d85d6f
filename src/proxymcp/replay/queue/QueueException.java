package proxymcp.replay.queue;

import java.io.IOException;

/** A queue that cannot be used as asked. Nothing that a job carries stands in its sentences. */
public final class QueueException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String hint;

    /**
     * Says what is wrong.
     *
     * @param code stable, for programs: {@code queue_unreachable}, {@code queue_auth}, {@code queue_version}, {@code queue_volatile}, {@code queue_eviction},
     *     {@code queue_full}, {@code queue_damaged}, {@code queue_failed}, {@code queue_closed}, {@code unknown_run}, {@code run_differs}, {@code run_active}
     * @param sentence for the caller
     * @param hint what to do about it; empty for nothing
     */
    public QueueException(String code, String sentence, String hint) {
        super(sentence);
        this.code = code;
        this.hint = hint;
    }

    /** The same, with the failure that led to it. */
    public QueueException(String code, String sentence, String hint, IOException cause) {
        super(sentence, cause);
        this.code = code;
        this.hint = hint;
    }

    /** The stable code. */
    public String code() {
        return code;
    }

    /** What to do about it; empty for nothing. */
    public String hint() {
        return hint;
    }

    static QueueException unknownRun(Object run) {
        return new QueueException("unknown_run", "there is no run " + run + " in the queue", "proxy_replay_worker_status lists its runs");
    }

    static QueueException runDiffers(Object run) {
        return new QueueException("run_differs", "the queue has a run " + run + " with another plan", "enqueue it under a new id");
    }

    static QueueException runActive(Object run) {
        return new QueueException("run_active", "the run " + run + " has jobs that have not ended", "cancel it first");
    }

    static QueueException closed() {
        return new QueueException("queue_closed", "the queue is closed", "");
    }
}
