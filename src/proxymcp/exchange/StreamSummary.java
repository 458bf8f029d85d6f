package proxymcp.exchange;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A stream as known at one moment.
 *
 * @param kind what its messages are
 * @param subprotocol the sub-protocol; empty for none
 * @param extensions the extensions that both ends agreed on; empty for none
 * @param lastEventId the {@code Last-Event-ID} that the client asked with
 * @param openedAt epoch ms
 * @param closedAt epoch ms; empty while it is open
 * @param closeCode code of the first close frame
 * @param closeReason its reason; empty for none
 * @param endedBy who ended it; empty while it is open
 * @param framesIn messages from the server, control frames and fragments counted
 * @param framesOut messages from the client, control frames and fragments counted
 * @param bytesIn their octets on the wire; of a tunnel, which has no messages, those that passed
 * @param bytesOut the same from the client
 * @param channels messages of each channel, {@link StreamTally#CHANNELS_MAX} of them at most, in the order they came up; those of further
 *     channels together as {@link StreamTally#OTHER_CHANNELS}
 * @param notes what a reader should know, one sentence each
 */
public record StreamSummary(StreamKind kind, String subprotocol, String extensions, Optional<String> lastEventId, long openedAt,
        OptionalLong closedAt, Optional<Integer> closeCode, String closeReason, Optional<EndedBy> endedBy, long framesIn, long framesOut,
        long bytesIn, long bytesOut, Map<String, Long> channels, List<String> notes) {
    /** The same with these notes. */
    public StreamSummary withNotes(List<String> known) {
        return new StreamSummary(kind, subprotocol, extensions, lastEventId, openedAt, closedAt, closeCode, closeReason, endedBy, framesIn,
                framesOut, bytesIn, bytesOut, channels, known);
    }

    /** The same with so many octets. */
    public StreamSummary withBytes(long in, long out) {
        return new StreamSummary(kind, subprotocol, extensions, lastEventId, openedAt, closedAt, closeCode, closeReason, endedBy, framesIn,
                framesOut, in, out, channels, notes);
    }
}
