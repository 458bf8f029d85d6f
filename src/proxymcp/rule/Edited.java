package proxymcp.rule;

import java.util.Optional;

/**
 * What came of an edit.
 *
 * @param value the result; what was given where nothing was changed
 * @param changed whether it differs from what was given
 * @param note why it could not be changed, or what else was; a sentence for the exchange
 * @param timedOut whether an expression took too long, recursed too deeply or made too much, so that nothing was changed
 */
public record Edited<T>(T value, boolean changed, Optional<String> note, boolean timedOut) {
    static <T> Edited<T> same(T value) {
        return new Edited<>(value, false, Optional.empty(), false);
    }

    static <T> Edited<T> same(T value, String note) {
        return new Edited<>(value, false, Optional.of(note), false);
    }

    static <T> Edited<T> timedOut(T value, String note) {
        return new Edited<>(value, false, Optional.of(note), true);
    }

    static <T> Edited<T> changed(T value) {
        return new Edited<>(value, true, Optional.empty(), false);
    }
}
