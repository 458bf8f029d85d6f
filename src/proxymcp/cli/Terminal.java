package proxymcp.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The output of commands for people. What came from the network passes {@link #clean} first, so that it cannot move a cursor or rename a
 * window.
 *
 * <p>Any thread may print; a line is one write.
 */
final class Terminal {
    private final OutputStream out;
    private final boolean coloured;
    private final boolean interactive;

    /** @param coloured whether {@link #paint} uses colours */
    Terminal(OutputStream out, boolean coloured) {
        this(out, coloured, coloured);
    }

    /**
     * Where commands print.
     *
     * @param coloured whether {@link #paint} uses colours
     * @param interactive whether a line that is not finished may be written over
     */
    Terminal(OutputStream out, boolean coloured, boolean interactive) {
        this.out = out;
        this.coloured = coloured;
        this.interactive = interactive;
    }

    /** The original stdout, coloured when it is a terminal and NO_COLOR is not set. */
    static Terminal of(OutputStream out) {
        // Since JDK 22 another provider is the default, which offers a console for a file or pipe too.
        System.setProperty("jdk.console", "java.base");
        String noColor = System.getenv("NO_COLOR");
        boolean interactive = System.console() != null;
        return new Terminal(out, interactive && (noColor == null || noColor.isEmpty()), interactive);
    }

    /** The text without control characters, each replaced by {@code ?}. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Bidirectional controls and line separators can make a line read differently from what it says.
            boolean harmless = c >= ' ' && c < 0x7f || c > 0x9f && (c < 0x200b || c > 0x200f) && (c < 0x2028 || c > 0x202e)
                    && (c < 0x2066 || c > 0x2069) && c != 0xfeff;
            clean.append(harmless ? c : '?');
        }
        return clean.toString();
    }

    /** Prints a line; what cannot be written any more is dropped. */
    void line(String text) {
        try {
            write(text + "\n");
        } catch (IOException gone) {
            // Nobody reads any more, which is no reason to stop the work.
        }
    }

    /**
     * Writes UTF-8, whatever the locale.
     *
     * @throws IOException if the other side is gone
     */
    void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Whether a person looks at it while it is written. */
    boolean isInteractive() {
        return interactive;
    }

    /** The text in a colour by its ANSI number, 31 red to 36 cyan; plain where colours are off. */
    String paint(int colour, String text) {
        return coloured ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
    }
}
