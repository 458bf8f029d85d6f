package proxymcp.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The channels of a message as one text. Most have one, or none, which is the empty text; a message that carries several records has those of all,
 * each once, with U+001F between them, which no channel contains.
 */
public final class Channels {
    /** Characters of a channel. */
    public static final int CHARS_MAX = 200;
    /** Channels that are kept of a message. */
    public static final int OF_A_MESSAGE_MAX = 32;

    private static final char SEPARATOR = 0x1F;

    private Channels() {}

    /** A text as a channel: without control characters, {@link #CHARS_MAX} long at most. */
    public static String named(String text) {
        if (text.length() <= CHARS_MAX && text.chars().noneMatch(Character::isISOControl)) {
            return text.strip();
        }
        StringBuilder clean = new StringBuilder(CHARS_MAX);
        for (int i = 0; i < text.length() && clean.length() < CHARS_MAX; i++) {
            char c = text.charAt(i);
            clean.append(Character.isISOControl(c) ? ' ' : c);
        }
        if (clean.length() == CHARS_MAX && Character.isHighSurrogate(clean.charAt(CHARS_MAX - 1))) {
            clean.setLength(CHARS_MAX - 1); // Half a character is none.
        }
        return clean.toString().strip();
    }

    /** The channels that these texts are; what is empty or comes again is left out. */
    public static String join(Collection<String> texts) {
        List<String> channels = new ArrayList<>();
        for (String text : texts) {
            String channel = named(text);
            if (!channel.isEmpty() && !channels.contains(channel) && channels.size() < OF_A_MESSAGE_MAX) {
                channels.add(channel);
            }
        }
        return channels.size() == 1 ? channels.getFirst() : String.join(String.valueOf(SEPARATOR), channels);
    }

    /** Each of {@code channels}, in their order. */
    public static List<String> each(String channels) {
        if (channels.indexOf(SEPARATOR) < 0) {
            return channels.isEmpty() ? List.of() : List.of(channels);
        }
        return List.of(channels.split(String.valueOf(SEPARATOR)));
    }

    /**
     * Whether one of {@code channels}, or a word of one, is {@code wanted}; case does not count. Words have blanks between them: a namespace and
     * its event, an operation and its id.
     */
    public static boolean match(String channels, String wanted) {
        for (String channel : each(channels)) {
            if (channel.equalsIgnoreCase(wanted)) {
                return true;
            }
            if (channel.indexOf(' ') >= 0) {
                for (String word : channel.split(" ")) {
                    if (word.equalsIgnoreCase(wanted)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
