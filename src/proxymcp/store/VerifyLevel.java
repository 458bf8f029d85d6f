package proxymcp.store;

/** How closely a session is looked at. */
public enum VerifyLevel {
    /** Ends of segments and checkpoints: costs a few reads a segment. */
    QUICK,
    /** Every checksum of log and index. */
    STANDARD,
    /** Every record decoded, bodies hashed, references followed, index and counts compared with the log. */
    DEEP
}
