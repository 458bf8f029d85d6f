package proxymcp.replay;

import java.util.Locale;

/**
 * Why a planned request is not sent.
 *
 * @param reason for programs
 * @param sentence for readers
 */
public record Skip(Reason reason, String sentence) {
    /** The set is fixed: agents filter by it. */
    public enum Reason {
        /** It may change something at the origin, and was not allowed. */
        UNSAFE,
        /** Its body was not kept, or not all of it. */
        BODY_NOT_CAPTURED,
        /** It had not ended when it was recorded. */
        INCOMPLETE_REQUEST,
        /** Octets that were passed on unread. */
        TUNNEL,
        /** Its connection turned into one of another protocol. */
        UPGRADE,
        /** It did not go to an HTTP origin. */
        NOT_HTTP,
        /** It cannot be written as a request of HTTP/1. */
        NOT_SENDABLE,
        /** Its recording cannot be read. */
        DAMAGED,
        /** A value that it needs was not found in an answer before. */
        CAPTURE_MISSING,
        /** A step before it, which it depends on, failed or was not sent. */
        STEP_FAILED,
        /** What was to be changed about it cannot be. */
        NOT_CHANGEABLE,
        /** The run was aborted before its turn. */
        ABORTED,
        /** The run was cancelled before its turn. */
        CANCELLED;

        private final String id = name().toLowerCase(Locale.ROOT);

        /** The stable name in results: {@code body_not_captured}. */
        public String id() {
            return id;
        }
    }
}
