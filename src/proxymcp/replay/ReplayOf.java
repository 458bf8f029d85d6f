package proxymcp.replay;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The recording that an exchange repeats; kept as a note of the exchange.
 *
 * @param sessionId where the original was recorded
 * @param seq its seq there
 * @param exchangeId its id
 */
public record ReplayOf(String sessionId, long seq, UUID exchangeId) {
    private static final Pattern NOTE = Pattern.compile("replay of exchange (\\d{1,18}) \\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\) of session (\\w+)");

    /** The note. */
    public String note() {
        return "replay of exchange " + seq + " (" + exchangeId + ") of session " + sessionId;
    }

    /** What the notes of an exchange say; empty if it is no replay. */
    public static Optional<ReplayOf> of(List<String> notes) {
        for (String note : notes) {
            Matcher found = NOTE.matcher(note);
            if (found.matches()) {
                return Optional.of(new ReplayOf(found.group(3), Long.parseLong(found.group(1)), UUID.fromString(found.group(2))));
            }
        }
        return Optional.empty();
    }
}
