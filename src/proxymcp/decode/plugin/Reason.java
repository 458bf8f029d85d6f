package proxymcp.decode.plugin;

/** Words of a plugin, bounded. */
final class Reason {
    private static final int CHARS_MAX = 300;

    private Reason() {}

    /** The first 300 characters. */
    static String of(String text) {
        if (text == null) {
            return "null";
        }
        return text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX) + "...";
    }

    /** What was thrown and why. The plugin may have written the exception's class, so that asking it may throw too. */
    static String of(Throwable thrown) {
        try {
            Throwable cause = thrown.getCause();
            return of(cause == null || cause == thrown ? thrown.toString() : thrown + ": " + cause);
        } catch (Throwable again) {
            return thrown.getClass().getName();
        }
    }

    /** The message alone, for what is thrown to say what is wrong with the input. */
    static String message(Throwable thrown) {
        try {
            String message = thrown.getMessage();
            return message == null || message.isBlank() ? thrown.getClass().getName() : of(message);
        } catch (Throwable again) {
            return thrown.getClass().getName();
        }
    }
}
