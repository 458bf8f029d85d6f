package proxymcp.exchange;

/**
 * A message of a stream: a frame, an event or a line.
 *
 * <p>A payload of more than {@link #PAYLOAD_BYTES_MAX} octets was handed over before by {@link Recording#messagePart}, all of it: what was
 * handed over of a direction belongs to its next message whose {@code payloadBytes} are more than that.
 *
 * @param time when its last octet had come, epoch ms; of a WebSocket not before that of the message before it, which may be of the other direction
 * @param direction which way it went
 * @param form what it was on the wire
 * @param wireBytes octets on the wire, framing included
 * @param payload the first octets of its payload, {@link #PAYLOAD_BYTES_MAX} at most: unmasked, decompressed; data of an event; a frame that
 *     completes a fragmented message has the message's, one that completes none has none
 * @param payloadBytes octets of the whole payload
 * @param completes whether it ends a message, as every control frame, event and line does
 * @param fragmented whether it is one of several frames of a message
 * @param compressed whether the message was compressed
 * @param channel the topic that the payload shows, or several, as {@link Channels} has them; empty for none
 * @param note what is wrong with it, one sentence; empty if nothing is
 */
public record StreamMessage(long time, Direction direction, MessageForm form, long wireBytes, byte[] payload, long payloadBytes,
        boolean completes, boolean fragmented, boolean compressed, String channel, String note) {
    /** Octets of a payload that are held in memory. */
    public static final int PAYLOAD_BYTES_MAX = 64 << 10;

    /** @throws IllegalArgumentException if there is more payload than is held, or than there is said to be */
    public StreamMessage {
        if (payload.length > PAYLOAD_BYTES_MAX || payload.length > payloadBytes) {
            throw new IllegalArgumentException("payload of " + payload.length + " octets of " + payloadBytes);
        }
    }

    /** Whether it is a control frame of a WebSocket. */
    public boolean isControl() {
        return form instanceof MessageForm.Frame frame && frame.isControl();
    }

    /** The same message at another time, epoch ms. */
    public StreamMessage at(long otherTime) {
        return otherTime == time ? this : new StreamMessage(otherTime, direction, form, wireBytes, payload, payloadBytes, completes, fragmented,
                compressed, channel, note);
    }
}
