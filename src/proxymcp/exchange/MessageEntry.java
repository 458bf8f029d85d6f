package proxymcp.exchange;

/**
 * A message in a list: all but its payload.
 *
 * @param seq seq of its stream's exchange
 * @param index its number in its stream, from 0; those of messages that were not recorded are left out
 * @param time epoch ms
 * @param direction which way it went
 * @param type as {@link MessageForm#type} says
 * @param control whether it is a control frame
 * @param wireBytes octets on the wire
 * @param payloadBytes octets of its payload
 * @param completes whether it ends a message
 * @param fragmented whether it is one of several frames of a message
 * @param compressed whether it was compressed
 * @param channel its topic; empty for none
 * @param place its number among the messages of all streams, in the order of recording, from 1
 */
public record MessageEntry(long seq, long index, long time, Direction direction, String type, boolean control, long wireBytes, long payloadBytes,
        boolean completes, boolean fragmented, boolean compressed, String channel, long place) {}
