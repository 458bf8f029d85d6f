package proxymcp.replay.queue;

/**
 * The bucket that a run's requests are begun from, in millionths of a token so that all readers of the log count alike. It is full at first. One thread.
 */
final class RateState {
    private static final long MICROS = 1_000_000;

    private final double ratePerSecond;
    private final long microsMax;
    private long micros;
    private long atMillis;

    RateState(RunHeader header, long nowMillis) {
        this.ratePerSecond = header.ratePerSecond().orElse(0);
        this.microsMax = header.burst() * MICROS;
        this.micros = microsMax;
        this.atMillis = nowMillis;
    }

    /** Whole tokens in it. */
    int available(long nowMillis) {
        return (int) (at(nowMillis) / MICROS);
    }

    /** Milliseconds until there is one. */
    long waitMillis(long nowMillis) {
        long missing = MICROS - at(nowMillis);
        return missing <= 0 ? 0 : Math.max(1, (long) Math.ceil(missing / (ratePerSecond * 1_000)));
    }

    void take(int count, long nowMillis) {
        micros = at(nowMillis) - count * MICROS;
        atMillis = Math.max(atMillis, nowMillis);
    }

    void giveBack(int count) {
        micros = Math.min(microsMax, micros + count * MICROS);
    }

    long micros() {
        return micros;
    }

    long atMillis() {
        return atMillis;
    }

    void keep(long newMicros, long newAtMillis) {
        micros = newMicros;
        atMillis = newAtMillis;
    }

    /** A fraction of a millisecond's gain is not lost, as the moment only moves when tokens are taken. */
    private long at(long nowMillis) {
        long gained = (long) Math.min(microsMax, Math.max(0, nowMillis - atMillis) * ratePerSecond * 1_000);
        return Math.min(microsMax, micros + gained);
    }
}
