package proxymcp.replay.queue;

import java.util.Optional;

/** Where a job is. */
enum JobPhase {
    /** Not in the queue yet. */
    ABSENT,
    /** Nobody has it. */
    WAITING,
    /** A worker has it. */
    LEASED,
    /** A worker is sending it. */
    SENDING,
    /** See {@link JobEnd.State#OK}. */
    OK,
    /** See {@link JobEnd.State#FAILED}. */
    FAILED,
    /** See {@link JobEnd.State#DEAD}. */
    DEAD,
    /** See {@link JobEnd.State#CANCELLED}. */
    CANCELLED,
    /** See {@link JobEnd.State#UNKNOWN}. */
    UNKNOWN;

    private static final JobPhase[] ALL = values();

    static JobPhase of(byte ordinal) {
        return ALL[ordinal];
    }

    /** How it ended; empty if it has not. */
    Optional<JobEnd.State> end() {
        return switch (this) {
            case ABSENT, WAITING, LEASED, SENDING -> Optional.empty();
            case OK -> Optional.of(JobEnd.State.OK);
            case FAILED -> Optional.of(JobEnd.State.FAILED);
            case DEAD -> Optional.of(JobEnd.State.DEAD);
            case CANCELLED -> Optional.of(JobEnd.State.CANCELLED);
            case UNKNOWN -> Optional.of(JobEnd.State.UNKNOWN);
        };
    }
}
