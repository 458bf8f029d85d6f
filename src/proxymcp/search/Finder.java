package proxymcp.search;

/** Finds matches in a window of text, one after another. Not for several threads. */
sealed interface Finder permits TextFinder, RegexFinder {
    /** Begins another text. */
    void begin();

    /** Shows a window; matches are found from {@code from} on. */
    void show(char[] window, int length, int from);

    /**
     * Finds the next match.
     *
     * @return whether there is one, in {@link #start} and {@link #end}
     */
    boolean find();

    int start();

    int end();

    /** How far before the end of a window a match must begin to be believed, as long as more text comes. */
    int lookAhead();

    /** Characters of a window, at most. */
    int windowMax();
}
