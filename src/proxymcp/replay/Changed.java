package proxymcp.replay;

import java.util.List;

/**
 * A request that was made to differ from its recording.
 *
 * @param request as it goes out
 * @param changes what differs, one sentence each; values are shortened
 */
public record Changed(OutgoingRequest request, List<String> changes) {
    /** Copies the list. */
    public Changed {
        changes = List.copyOf(changes);
    }
}
