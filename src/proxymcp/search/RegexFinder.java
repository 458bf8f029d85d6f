package proxymcp.search;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import proxymcp.store.WorkWatch;
import proxymcp.text.GivenUpException;
import proxymcp.text.WatchedText;

/**
 * Finds what an expression matches. It sees a million characters at a time: a longer text is seen in windows that overlap, and a match that is
 * longer than {@link #lookAhead} may be found cut where a window ends. Lookbehind and {@code ^} see what stands before a window.
 *
 * <p>{@link #find} throws {@link GivenUpException} where the expression takes too long, for how much there is to read, or recurses too deeply.
 */
final class RegexFinder implements Finder {
    private static final int WINDOW = 1 << 20;
    private static final int LOOK_AHEAD = 64 << 10;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Pattern pattern;
    private final WatchedText text;
    private Matcher matcher;

    RegexFinder(Pattern pattern, WorkWatch watch, LongSupplier nanoTime) {
        this.pattern = pattern;
        this.text = new WatchedText(watch::cancelled, nanoTime);
        this.matcher = pattern.matcher(text);
    }

    @Override
    public void begin() {
        text.begin(FIRST_NANOS);
    }

    @Override
    public void show(char[] window, int length, int from) {
        text.extend(from > 0 ? WINDOW_NANOS : 0);
        text.show(window, length);
        matcher = pattern.matcher(text).useTransparentBounds(true).useAnchoringBounds(false).region(from, length);
    }

    @Override
    public boolean find() {
        try {
            return matcher.find();
        } catch (StackOverflowError tooDeep) {
            throw new GivenUpException(GivenUpException.Reason.TOO_DEEP);
        }
    }

    @Override
    public int start() {
        return matcher.start();
    }

    @Override
    public int end() {
        return matcher.end();
    }

    @Override
    public int lookAhead() {
        return LOOK_AHEAD;
    }

    @Override
    public int windowMax() {
        return WINDOW + 2 * LOOK_AHEAD;
    }
}
