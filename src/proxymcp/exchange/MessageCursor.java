package proxymcp.exchange;

/**
 * A place between two pages of messages. Pages are taken of what was there when the first of them was asked for; when that is through, the next page
 * goes on with what came meanwhile. So a message that is recorded late, with a time that a page has passed, is not lost, and none is shown twice.
 *
 * @param descending direction of the query it belongs to
 * @param from number of a message in the order of recording: those up to it are through
 * @param to the last one that the pages are taken of; 0 while none of them was
 * @param time epoch ms of the message that was shown last
 * @param number its number
 */
public record MessageCursor(boolean descending, long from, long to, long time, long number) {
    private static final int NUMBERS = 4;

    /** In front of all that was recorded behind {@code from}. */
    public static MessageCursor behind(boolean descending, long from) {
        return new MessageCursor(descending, from, 0, descending ? Long.MAX_VALUE : Long.MIN_VALUE, descending ? Long.MAX_VALUE : 0);
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException if it is none of a query of this direction
     */
    public static MessageCursor parse(boolean descending, String text) {
        String[] numbers = text.isEmpty() ? new String[0] : text.substring(1).split("\\.", -1);
        try {
            if (numbers.length == NUMBERS && text.charAt(0) == letter(descending)) {
                MessageCursor read = new MessageCursor(descending, number(numbers[0]), number(numbers[1]), number(numbers[2]), number(numbers[3]));
                if (read.from >= 0 && (read.to == 0 || read.to > read.from)) {
                    return read;
                }
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("cursor is not one of this query's", e);
        }
        throw new IllegalArgumentException("cursor is not one of this query's");
    }

    private static long number(String digits) {
        return Long.parseLong(digits, Character.MAX_RADIX);
    }

    private static char letter(boolean descending) {
        return descending ? 'd' : 'a';
    }

    /** What {@link #parse} reads: at most 57 characters. */
    public String text() {
        return letter(descending) + text(from) + '.' + text(to) + '.' + text(time) + '.' + text(number);
    }

    private static String text(long number) {
        return Long.toString(number, Character.MAX_RADIX);
    }

    /** The same where pages are being taken; else the first of pages of all up to {@code last}. */
    public MessageCursor begun(long last) {
        return isBegun() ? this : new MessageCursor(descending, from, Math.max(from, last), time, number);
    }

    /** Whether pages are being taken. */
    public boolean isBegun() {
        return to > 0;
    }

    /** Whether a message belongs to these pages. */
    public boolean isOf(long place) {
        return place > from && place <= to;
    }

    /** Whether a message of these pages is not shown yet. */
    public boolean isBefore(long otherTime, long place) {
        int order = Long.compare(otherTime, time);
        order = order == 0 ? Long.compare(place, number) : order;
        return descending ? order < 0 : order > 0;
    }

    /** Behind a message of these pages. */
    public MessageCursor at(long otherTime, long place) {
        return new MessageCursor(descending, from, to, otherTime, place);
    }

    /** In front of what came since these pages were begun. */
    public MessageCursor next() {
        return behind(descending, to);
    }
}
