package proxymcp.search;

/** Finds characters as they are, or in either case. */
final class TextFinder implements Finder {
    private static final int WINDOW = 64 << 10;

    private final boolean folding;
    private final boolean asciiOnly;
    private final char[] wanted;
    private char[] window = new char[0];
    private int length;
    private int next;
    private int start;

    TextFinder(Wanted.Text text) {
        this.folding = !text.caseSensitive();
        this.asciiOnly = text.isAscii();
        this.wanted = text.text().toCharArray();
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = fold(wanted[i]);
        }
    }

    private char fold(char c) {
        if (!folding) {
            return c;
        }
        if (c < 0x80) {
            return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        }
        // As octets are compared: the Kelvin sign is no k.
        return asciiOnly ? c : Character.toLowerCase(Character.toUpperCase(c));
    }

    @Override
    public void begin() {}

    @Override
    public void show(char[] newWindow, int newLength, int from) {
        window = newWindow;
        length = newLength;
        next = from;
    }

    @Override
    public boolean find() {
        int last = length - wanted.length;
        for (int at = next; at <= last; at++) {
            if (fold(window[at]) == wanted[0] && matches(at)) {
                start = at;
                next = at + wanted.length;
                return true;
            }
        }
        return false;
    }

    private boolean matches(int at) {
        for (int i = 1; i < wanted.length; i++) {
            if (fold(window[at + i]) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int end() {
        return start + wanted.length;
    }

    @Override
    public int lookAhead() {
        return wanted.length;
    }

    @Override
    public int windowMax() {
        return WINDOW + 2 * wanted.length;
    }
}
