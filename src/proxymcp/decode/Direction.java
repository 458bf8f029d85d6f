package proxymcp.decode;

/** Which half of an exchange a body belongs to. */
public enum Direction {
    /** From the client to the origin server. */
    REQUEST,
    /** From the origin server to the client. */
    RESPONSE
}
