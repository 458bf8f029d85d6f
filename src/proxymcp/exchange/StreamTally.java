package proxymcp.exchange;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Counts the messages of a stream. Not for several threads. */
public final class StreamTally {
    /** Channels that are counted each. */
    public static final int CHANNELS_MAX = 64;
    /** The name that further channels are counted under. */
    public static final String OTHER_CHANNELS = "(others)";

    private final StreamOpen open;
    private final Map<String, Long> channels = new LinkedHashMap<>();
    private long framesIn;
    private long framesOut;
    private long bytesIn;
    private long bytesOut;

    /** @param open the stream's beginning */
    public StreamTally(StreamOpen open) {
        this.open = open;
    }

    /** Counts a message. */
    public void count(Direction direction, long wireBytes, String channel) {
        count(direction, 1, wireBytes);
        countChannel(channel, 1);
    }

    /** Counts messages whatever their channels. */
    public void count(Direction direction, long messages, long wireBytes) {
        switch (direction) {
            case IN -> {
                framesIn += messages;
                bytesIn += wireBytes;
            }
            case OUT -> {
                framesOut += messages;
                bytesOut += wireBytes;
            }
        }
    }

    /** Counts messages of a channel; an empty one is none. */
    public void countChannel(String channel, long messages) {
        if (!channel.isEmpty()) {
            String counted = channels.containsKey(channel) || channels.size() < CHANNELS_MAX ? channel : OTHER_CHANNELS;
            channels.merge(counted, messages, Long::sum);
        }
    }

    /** The stream so far. */
    public StreamSummary summary(Optional<StreamEnd> end) {
        return new StreamSummary(open.kind(), open.subprotocol(), open.extensions(), open.lastEventId(), open.time(),
                end.isPresent() ? OptionalLong.of(end.get().time()) : OptionalLong.empty(), end.flatMap(StreamEnd::closeCode),
                end.map(StreamEnd::closeReason).orElse(""), end.map(StreamEnd::endedBy), framesIn, framesOut, bytesIn, bytesOut,
                Collections.unmodifiableMap(new LinkedHashMap<>(channels)), end.map(StreamEnd::notes).orElse(List.of()));
    }
}
