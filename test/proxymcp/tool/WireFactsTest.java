package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** What lists and single messages say of frames; lengths after RFC 6455 section 5.2. */
@Timeout(60)
final class WireFactsTest {
    private static final int FIRST_OF_COMPRESSED = 4;

    private static String said(Direction direction, MessageForm form, long wireBytes, long payloadBytes, boolean fragmented, boolean compressed,
            boolean all) {
        JsonObject.Builder row = JsonObject.builder();
        boolean completes = !(form instanceof MessageForm.Frame frame) || frame.fin();
        WireFacts.put(row, new StreamMessage(1, direction, form, wireBytes, new byte[0], payloadBytes, completes, fragmented, compressed, "", ""), all);
        return Json.text(row.build());
    }

    private static MessageForm frame(int opcode, boolean fin, int rsv, boolean masked) {
        return new MessageForm.Frame(opcode, fin, rsv, masked);
    }

    @Test
    void listsSayNothingOfOrdinaryFrames() {
        for (Direction direction : Direction.values()) {
            int mask = direction == Direction.OUT ? 4 : 0;
            MessageForm text = frame(1, true, 0, mask > 0);
            long[][] lengths = {{0, 2}, {125, 127}, {126, 130}, {65_535, 65_539}, {65_536, 65_546}, {1L << 32, (1L << 32) + 10}};
            for (long[] length : lengths) {
                assertEquals("{}", said(direction, text, length[1] + mask, length[0], false, false, false));
                String more = Long.toString(length[1] + mask + 2);
                assertEquals("{\"wireBytes\":" + more + "}", said(direction, text, length[1] + mask + 2, length[0], false, false, false));
            }
        }
        assertEquals("{}", said(Direction.IN, frame(2, true, 0, false), 500, 500, false, false, false)); // Of a HAR file.
    }

    @Test
    void listsSayWhatDoesNotFollow() {
        assertEquals("{\"masked\":true}", said(Direction.IN, frame(1, true, 0, true), 9, 3, false, false, false));
        assertEquals("{\"masked\":false}", said(Direction.OUT, frame(1, true, 0, false), 5, 3, false, false, false));
        assertEquals("{\"rsv\":2}", said(Direction.IN, frame(1, true, 2, false), 5, 3, false, false, false));
        assertEquals("{\"wireBytes\":40}", said(Direction.IN, frame(1, true, FIRST_OF_COMPRESSED, false), 40, 900, false, true, false));
        assertEquals("{\"fin\":false,\"wireBytes\":40}", said(Direction.IN, frame(1, false, FIRST_OF_COMPRESSED, false), 40, 0, true, true, false));
        assertEquals("{\"wireBytes\":41}", said(Direction.IN, frame(0, true, 0, false), 41, 900, true, true, false));
        assertEquals("{\"rsv\":4,\"wireBytes\":41}", said(Direction.IN, frame(0, true, FIRST_OF_COMPRESSED, false), 41, 900, true, true, false));
    }

    @Test
    void aSingleMessageSaysEverything() {
        assertEquals("{\"fin\":true,\"rsv\":0,\"masked\":true,\"wireBytes\":9}", said(Direction.OUT, frame(1, true, 0, true), 9, 3, false, false, true));
        MessageForm event = new MessageForm.Event("tick", "", OptionalLong.empty());
        assertEquals("{\"wireBytes\":20}", said(Direction.IN, event, 20, 3, false, false, true));
        assertEquals("{}", said(Direction.IN, event, 20, 3, false, false, false));
    }
}
