package proxymcp.replay.queue.resp;

/**
 * What one answer may cost. A length that a server states is believed as far as octets follow it: nothing is reserved for more.
 *
 * @param lineBytesMax octets of a line: a status, an error, a number
 * @param replyBytesMax octets of a whole answer; each element counts as {@value #ELEMENT_BYTES} beside its own
 * @param depthMax how deep aggregates may lie in each other
 */
public record RespLimits(int lineBytesMax, long replyBytesMax, int depthMax) {
    /** What an element costs in memory, about. */
    static final int ELEMENT_BYTES = 32;

    /** For answers that hold jobs and results with their bodies. */
    public static final RespLimits DEFAULT = new RespLimits(65_536, 256L << 20, 16);
}
