package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StreamTallyTest {
    private static final StreamOpen OPEN = new StreamOpen(10, StreamKind.WEBSOCKET, "chat", "permessage-deflate", Optional.of("7"));

    @Test
    void messagesAreCountedByDirectionAndChannel() {
        StreamTally tally = new StreamTally(OPEN);
        tally.count(Direction.IN, 100, "b");
        tally.count(Direction.IN, 1, "a");
        tally.count(Direction.OUT, 7, "b");
        tally.count(Direction.OUT, 5, "");
        StreamEnd end = new StreamEnd(20, Optional.of(1001), "bye", EndedBy.CLIENT, List.of("a note"));
        assertEquals(new StreamSummary(StreamKind.WEBSOCKET, "chat", "permessage-deflate", Optional.of("7"), 10, OptionalLong.of(20),
                Optional.of(1001), "bye", Optional.of(EndedBy.CLIENT), 2, 2, 101, 12, Map.of("b", 2L, "a", 1L), List.of("a note")),
                tally.summary(Optional.of(end)));
        assertEquals(List.of("b", "a"), new ArrayList<>(tally.summary(Optional.empty()).channels().keySet()));
    }

    @Test
    void channelsBeyondTheBoundAreCountedTogether() {
        StreamTally tally = new StreamTally(OPEN);
        for (int i = 0; i < 100; i++) {
            tally.count(Direction.IN, 1, "channel " + i);
        }
        tally.count(Direction.IN, 1, "channel 0");
        Map<String, Long> channels = tally.summary(Optional.empty()).channels();
        assertEquals(65, channels.size());
        assertEquals(2, channels.get("channel 0"));
        assertEquals(1, channels.get("channel 63"));
        assertEquals(36, channels.get("(others)"));
    }

    @Test
    void aMessageHoldsNoMorePayloadThanItHas() {
        assertThrows(IllegalArgumentException.class, () -> message(new byte[3], 2));
        assertThrows(IllegalArgumentException.class, () -> message(new byte[65_537], 100_000));
        assertEquals(65_536, message(new byte[65_536], 100_000).payload().length);
    }

    private static StreamMessage message(byte[] payload, long payloadBytes) {
        return new StreamMessage(1, Direction.IN, new MessageForm.Line(), 1, payload, payloadBytes, true, false, false, "", "");
    }
}
