package proxymcp.replay;

import java.util.List;
import java.util.Optional;

/**
 * A request that was made to differ from its recording.
 *
 * @param request as it goes out
 * @param changes what differs, one sentence each; values are shortened
 * @param sentAs method and URL, where overrides changed one of them
 */
public record Changed(OutgoingRequest request, List<String> changes, Optional<SentAs> sentAs) {
    /** Copies the list. */
    public Changed {
        changes = List.copyOf(changes);
    }

    /** A request with the method and URL that it had. */
    public Changed(OutgoingRequest request, List<String> changes) {
        this(request, changes, Optional.empty());
    }
}
