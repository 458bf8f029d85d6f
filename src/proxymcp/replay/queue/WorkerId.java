package proxymcp.replay.queue;

/**
 * Names one worker process, and never another one: two that were given the same name, or one that was started again, have different ids.
 *
 * @param text 1 to 100 of {@code A-Z a-z 0-9 . _ ~ -}
 */
public record WorkerId(String text) {
    /** @throws IllegalArgumentException if {@code text} is none */
    public WorkerId {
        if (!text.matches("[A-Za-z0-9._~-]{1,100}")) {
            throw new IllegalArgumentException("not the id of a worker");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
