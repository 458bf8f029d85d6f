package proxymcp.search;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import proxymcp.store.WorkWatch;

/**
 * Looks through a text of any length for its first matches, through a window that slides over it. Windows overlap, so that a match is found
 * wherever one ends. Not for several threads.
 */
final class TextLook {
    private static final int WINDOW_FIRST = 16 << 10;
    /** What a look behind may see, in characters. */
    private static final int BEHIND_MIN = 64;
    /** What is shown of a match. */
    private static final int MATCH_CHARS = 1_000;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Finder finder;
    private final WorkWatch watch;
    private final int contextChars;
    private char[] window = new char[WINDOW_FIRST];
    private int length;
    /** Offset of the window in the text. */
    private long windowAt;
    private boolean ended;

    TextLook(Finder finder, WorkWatch watch, int contextChars) {
        this.finder = finder;
        this.watch = watch;
        this.contextChars = contextChars;
    }

    /** Whether there is a match. */
    boolean matches(Reader text) throws IOException {
        return find(text, 1, 0, new ArrayList<>());
    }

    /** Adds the first matches, {@code most} of them; those before a failure are added too. */
    void snippets(Reader text, int most, List<Snippet> snippets) throws IOException {
        find(text, most, contextChars, snippets);
    }

    private boolean find(Reader text, int most, int around, List<Snippet> snippets) throws IOException {
        int ahead = finder.lookAhead() + around;
        int behind = Math.max(around + 1, BEHIND_MIN);
        length = 0;
        windowAt = 0;
        ended = false;
        finder.begin();
        int from = 0;
        while (true) {
            fill(text, finder.windowMax() + ahead + behind);
            finder.show(window, length, from);
            while (finder.find() && (ended || finder.start() < length - ahead)) {
                snippets.add(snippet(finder.start(), finder.end(), around));
                from = finder.end();
                if (snippets.size() == most) {
                    return true;
                }
            }
            if (ended) {
                return !snippets.isEmpty();
            }
            from = slide(Math.max(from, length - ahead), behind);
        }
    }

    /** Forgets what stands more than {@code behind} before {@code from}; returns where that is now. */
    private int slide(int from, int behind) {
        int gone = Math.max(0, from - behind);
        System.arraycopy(window, gone, window, 0, length - gone);
        length -= gone;
        windowAt += gone;
        return from - gone;
    }

    private void fill(Reader text, int most) throws IOException {
        if (watch.cancelled()) {
            throw new CancellationException("cancelled while a body was searched");
        }
        while (!ended && length < most) {
            if (length == window.length) {
                window = Arrays.copyOf(window, (int) Math.min(most, 4L * length));
            }
            int count = text.read(window, length, Math.min(window.length, most) - length);
            ended = count < 0;
            length += Math.max(0, count);
            if (windowAt == 0 && length == count && length > 0 && window[0] == BYTE_ORDER_MARK) {
                System.arraycopy(window, 1, window, 0, --length);
            }
        }
    }

    private Snippet snippet(int start, int end, int around) {
        int left = Math.max(0, start - around);
        int right = Math.min(length, end + around);
        if (left > 0 && Character.isLowSurrogate(window[left])) {
            left++;
        }
        if (right < length && Character.isLowSurrogate(window[right])) {
            right--;
        }
        StringBuilder context = new StringBuilder();
        context.append(windowAt + left > 0 ? "..." : "").append(window, left, Math.max(0, start - left)).append('[');
        int shown = end - start;
        if (shown > MATCH_CHARS) {
            shown = Character.isHighSurrogate(window[start + MATCH_CHARS - 1]) ? MATCH_CHARS - 1 : MATCH_CHARS;
        }
        context.append(window, start, shown).append(shown < end - start ? "..." : "").append(']');
        context.append(window, end, Math.max(0, right - end)).append(right < length || !ended ? "..." : "");
        return new Snippet(windowAt + start, context.toString());
    }
}
