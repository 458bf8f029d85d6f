package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels in messages as the protocols' own documents show them. */
@Timeout(60)
class ChannelFinderTest {
    private static final long SEED = Long.getLong("proxymcp.fuzz.seed", System.nanoTime());

    /** Messages of one stream, each behind it the channel that is expected. */
    private static void assertChannels(String subprotocol, String... messagesAndChannels) {
        ChannelFinder finder = new ChannelFinder(subprotocol);
        for (int i = 0; i < messagesAndChannels.length; i += 2) {
            assertEquals(messagesAndChannels[i + 1], finder.of(messagesAndChannels[i].getBytes(StandardCharsets.UTF_8)), messagesAndChannels[i]);
        }
    }

    @Test
    void socketIo() {
        assertChannels("", "0{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":[]}", "", "2", "", "3", "", "2probe", "", "5", "", "40", "", "40/admin,", "",
                "42[\"hello\",1]", "hello", "42/admin,[\"kick\",{\"id\":7}]", "/admin kick", "4212[\"project:delete\",123]", "project:delete",
                "42/admin,456[\"ask\"]", "/admin ask", "43/admin,456[]", "", "451-[\"upload\",{\"_placeholder\":true,\"num\":0}]", "upload",
                "451-/admin,[\"upload\",{}]", "/admin upload", "42[]", "", "42", "", "42/admin", "", "42[\"\\u0061b\"]", "ab");
    }

    @Test
    void signalR() {
        assertChannels("", "{\"protocol\":\"json\",\"version\":1}\u001e", "", "{}\u001e", "",
                "{\"type\":1,\"target\":\"ReceiveMessage\",\"arguments\":[\"a\",\"b\"]}\u001e", "ReceiveMessage", "{\"type\":6}\u001e", "",
                "{\"type\":3,\"invocationId\":\"0\",\"result\":null}\u001e", "");
    }

    @Test
    void stomp() {
        assertChannels("v12.stomp", "SEND\ndestination:/app/chat\ncontent-length:2\n\nhi\0", "/app/chat",
                "MESSAGE\r\nsubscription:0\r\ndestination:/topic/a\r\n\r\nx\0", "/topic/a", "CONNECTED\nversion:1.2\n\n\0", "", "\n", "");
        assertChannels("", "SUBSCRIBE\nid:0\ndestination:/queue/foo\n\n\0", "/queue/foo", "Hello\ndestination:/x\n\n", "", "HELLO", "");
    }

    @Test
    void graphQl() {
        assertChannels("graphql-transport-ws", "{\"type\":\"connection_init\"}", "",
                "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription Ticks { t }\",\"operationName\":\"Ticks\"}}", "Ticks 1",
                "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"operationName\":\"no\"}}}", "Ticks 1",
                "{\"type\":\"subscribe\",\"id\":\"2\",\"payload\":{\"query\":\"{ a }\"}}", "2", "{\"id\":\"2\",\"type\":\"complete\"}", "2",
                "{\"id\":\"9\",\"type\":\"next\"}", "9", "{\"type\":\"ping\"}", "");
        assertChannels("graphql-ws", "{\"type\":\"start\",\"payload\":{\"operationName\":\"On\"},\"id\":\"a\"}", "On a",
                "{\"type\":\"data\",\"id\":\"a\",\"payload\":{}}", "On a", "{\"type\":\"ka\"}", "");
    }

    @Test
    void graphQlIdsAreBounded() {
        ChannelFinder finder = new ChannelFinder("graphql-ws");
        for (int i = 0; i < 3 * ChannelFinder.NAMES_MAX; i++) {
            finder.of(("{\"type\":\"start\",\"id\":\"" + i + "\",\"payload\":{\"operationName\":\"Op\"}}").getBytes(StandardCharsets.UTF_8));
        }
        assertEquals("0", finder.of("{\"type\":\"data\",\"id\":\"0\"}".getBytes(StandardCharsets.UTF_8)));
        int last = 3 * ChannelFinder.NAMES_MAX - 1;
        assertEquals("Op " + last, finder.of(("{\"type\":\"data\",\"id\":\"" + last + "\"}").getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void phoenix() {
        assertChannels("", "[\"1\",\"1\",\"room:lobby\",\"phx_join\",{}]", "room:lobby", "[null,\"2\",\"phoenix\",\"heartbeat\",{}]", "phoenix",
                "[null,null,\"room:lobby\",\"shout\",{\"body\":\"[\\\"x\"}]", "room:lobby",
                "{\"topic\":\"room:123\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"1\"}", "room:123");
    }

    @Test
    void actionCable() {
        assertChannels("actioncable-v1-json", "{\"type\":\"welcome\"}", "welcome",
                "{\"command\":\"subscribe\",\"identifier\":\"{\\\"channel\\\":\\\"ChatChannel\\\",\\\"room\\\":\\\"Best\\\"}\"}", "ChatChannel Best",
                "{\"identifier\":\"{\\\"channel\\\":\\\"ChatChannel\\\"}\",\"message\":{\"x\":1}}", "ChatChannel", "{\"type\":\"ping\",\"message\":1}",
                "ping");
    }

    @Test
    void jsonWithAShortTextThatNamesIt() {
        assertChannels("", "{\"stream\":\"btcusdt@trade\",\"data\":{\"topic\":\"inner\"}}", "btcusdt@trade", "{\"a\":{\"type\":\"inner\"},\"type\":\"tick\"}",
                "tick", "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\"}", "eth_subscription", "{\"id\":1,\"result\":{}}", "", " {\"channel\":\"b\"}", "b",
                "{\"event\":\"a\\nb\"}", "a b", "{\"type\":\"" + "x".repeat(300) + "\"}", "", "{\"event\":\"cut off", "", "{\"op\":1,\"type\":null}", "1",
                "[\"EVENT\",\"sub\",{}]", "EVENT", "[1,2]", "", "plain text", "", "\u0000\u0001", "", "{", "", "[", "", "{\"type\"", "", "{\"type\":", "");
    }

    @Test
    void onlyTheBeginningIsLookedAt() {
        assertChannels("", "{\"x\":\"" + "y".repeat(ChannelFinder.LOOK_BYTES) + "\",\"type\":\"late\"}", "",
                "{\"type\":\"early\",\"x\":\"" + "y".repeat(ChannelFinder.LOOK_BYTES), "early");
    }

    @Test
    void nothingThrows() {
        Random random = new Random(SEED);
        String[] parts = {"{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "00e4", "42", "451-", "/ns", "type", "topic", "id", "identifier", "payload",
            "SEND", "\n", "destination:", "\u001e", " ", "null", "-1", "\ud83d\ude00", "{\"type\":\"subscribe\"", "\"id\":\"1\"", "\0"};
        String[] subprotocols = {"", "graphql-transport-ws", "v10.stomp", "actioncable-v1-json"};
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(30); count > 0; count--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
            int cut = random.nextInt(octets.length + 1);
            try {
                String channel = new ChannelFinder(subprotocols[i % 4]).of(java.util.Arrays.copyOf(octets, cut));
                assertTrue(channel.length() <= 200, channel);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ": " + text, e);
            }
        }
    }
}
