package proxymcp.store;

import java.util.Optional;

/**
 * A session that is being recorded, at one moment.
 *
 * @param bytes octets of log and index
 * @param exchanges exchanges in the log
 * @param inFlight exchanges that have not ended
 * @param writtenThrough seq up to which a killed process loses nothing
 * @param forcedThrough seq up to which a lost machine loses nothing
 * @param lastForcedAtMillis when that was; 0 before the first time
 * @param losses what was not recorded, over the whole session
 * @param lastError the last reason, kept until the session ends
 * @param streams streams in the log, and their messages
 */
public record SessionStatus(long bytes, long exchanges, int inFlight, long writtenThrough, long forcedThrough, long lastForcedAtMillis,
        Losses losses, Optional<String> lastError, StreamCounts streams) {}
