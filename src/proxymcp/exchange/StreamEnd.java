package proxymcp.exchange;

import java.util.List;
import java.util.Optional;

/**
 * The end of a stream.
 *
 * @param time epoch ms
 * @param closeCode code of the first close frame; empty if there was none, or it had no code
 * @param closeReason its reason; empty for none
 * @param endedBy who ended it
 * @param notes what a reader should know, one sentence each
 */
public record StreamEnd(long time, Optional<Integer> closeCode, String closeReason, EndedBy endedBy, List<String> notes) {}
