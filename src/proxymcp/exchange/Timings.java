package proxymcp.exchange;

/**
 * Phases of an exchange as HAR 1.2 names them, in nanoseconds of a monotonic clock; {@link #UNKNOWN} where a phase did not happen.
 *
 * @param blocked from the request head to the first step towards the origin
 * @param dns name resolution
 * @param connect TCP connection, and that of an upstream proxy
 * @param tls handshake with the origin
 * @param send request, from its first octet to its last
 * @param await from the request's end to the first octet of the final response head
 * @param receive from there to the response's last octet
 * @param total from the request head to the end
 */
public record Timings(long blocked, long dns, long connect, long tls, long send, long await, long receive, long total) {
    /** A phase that did not happen, or is not known. */
    public static final long UNKNOWN = -1;
    /** Nothing is known. */
    public static final Timings NONE =
            new Timings(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /** {@code nanos} in milliseconds, {@link #UNKNOWN} kept. */
    public static double millis(long nanos) {
        return nanos < 0 ? UNKNOWN : nanos / 1_000 / 1_000.0;
    }
}
