package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
        assertChannels("", "SUBSCRIBE\nid:0\ndestination:/queue/foo\n\n\0", "/queue/foo", "Hello\ndestination:/x\n\n", "", "HELLO", "",
                "SUBSCRIBE\ndestination:/queue/foo\n", "");
        assertChannels("v10.stomp", "SEND\ndestination:/queue/cut\n", "/queue/cut", "SEND\ndestination:/queue/c", "/queue/c", "send\ndestination:/x\n", "");
    }

    @Test
    void everyRecordOfAMessageCounts() {
        String a = "{\"type\":1,\"target\":\"A\",\"arguments\":[]}";
        String b = "{\"type\":1,\"target\":\"B\"}";
        assertChannels("", a + "\u001e" + b + "\u001e", "A\u001fB", a + "\u001e{\"type\":6}\u001e" + b + "\u001e" + a + "\u001e", "A\u001fB",
                "{\"type\":6}\u001e" + b + "\u001e", "B", "42[\"hello\"]\u001e2\u001e42/admin,[\"kick\"]", "hello\u001f/admin kick",
                "2\u001e42[\"late\"]", "late", "11:42[\"hello\"]1:222:42/admin,7[\"gr\u00fc\u00dfe\",1]", "hello\u001f/admin gr\u00fc\u00dfe",
                "9999999:42[\"cut\",", "cut", "1:", "", "0:1:2", "", "1:2x", "");
    }

    @Test
    void sockJs() {
        assertChannels("", "[\"{\\\"type\\\":\\\"a\\\"}\"]", "a", "[\"{\\\"type\\\":\\\"a\\\"}\",\"[\\\"b\\\"]\"]", "a\u001fb",
                "a[\"{\\\"topic\\\":\\\"t\\\"}\",\"plain\"]", "t", "[\"SEND\\ndestination:/app/chat\\n\\nhi\\u0000\"]", "/app/chat",
                "a[\"MESSAGE\\ndestination:/topic/a\\n\\n\\u0000\"]", "/topic/a", "o", "", "h", "", "c[3000,\"Go away!\"]", "",
                "[\"[\\\"[1]\\\"]\"]", "[1]");
    }

    @Test
    void graphQlOperationsThatOnlyTheirDocumentNames() {
        String[] documents = {"subscription Foo($a: Int = 1) { query Bar }", "Foo", "# subscription No {\\n fragment query on T { a } mutation M { b }", "M",
            "{ a } query Named { b }", "Named", "subscription { subscription }", "", "query @live { a }", "", "query \\\"\\\"\\\" {", "", "subscription", "",
            "fragment A on B { c(d: \\\"}\\\") } subscription S", "S"};
        for (int i = 0; i < documents.length; i += 2) {
            String channel = (documents[i + 1] + " 7").strip();
            assertChannels("graphql-transport-ws", "{\"id\":\"7\",\"type\":\"subscribe\",\"payload\":{\"query\":\"" + documents[i] + "\"}}", channel,
                    "{\"id\":\"7\",\"type\":\"next\"}", channel);
        }
        assertChannels("graphql-ws", "{\"id\":\"1\",\"type\":\"start\",\"payload\":{\"query\":\"subscription Long { "
                + "x ".repeat(ChannelFinder.LOOK_BYTES) + "}\"}}", "Long 1");
    }

    @Test
    void channelsAreBounded() {
        assertEquals(200, Channels.named("x".repeat(4_096)).length());
        assertEquals("a b", Channels.named(" a\u001fb\n"));
        assertEquals("x".repeat(199), Channels.named("x".repeat(199) + "\ud83d\ude00"));
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            batch.append("{\"type\":1,\"target\":\"").append(i).append("\"}\u001e");
        }
        assertEquals(Channels.OF_A_MESSAGE_MAX, Channels.each(new ChannelFinder("").of(batch.toString().getBytes(StandardCharsets.UTF_8))).size());
    }

    @Test
    void aChannelIsFoundWholeOrByAWord() {
        String channels = Channels.join(List.of("OnTick 1", "", "/admin kick", "OnTick 1"));
        assertEquals(List.of("OnTick 1", "/admin kick"), Channels.each(channels));
        for (String wanted : new String[] {"ontick 1", "OnTick", "1", "kick", "/ADMIN", "/admin kick"}) {
            assertTrue(Channels.match(channels, wanted), wanted);
        }
        for (String wanted : new String[] {"OnTic", "admin", "1 /admin", "OnTick 1\u001f/admin kick", "", " "}) {
            assertFalse(Channels.match(channels, wanted), wanted);
        }
        assertFalse(Channels.match("", ""));
        assertEquals(List.of(), Channels.each(""));
    }

    @Test
    void graphQl() {
        assertChannels("graphql-transport-ws", "{\"type\":\"connection_init\"}", "",
                "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription Ticks { t }\",\"operationName\":\"Ticks\"}}", "Ticks 1",
                "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"operationName\":\"no\"}}}", "Ticks 1",
                "{\"type\":\"subscribe\",\"id\":\"2\",\"payload\":{\"query\":\"{ a }\"}}", "2", "{\"id\":\"2\",\"type\":\"complete\"}", "2",
                "{\"id\":\"9\",\"type\":\"next\"}", "9", "{\"type\":\"ping\"}", "",
                "{\"type\":\"subscribe\",\"payload\":{\"operationName\":\"Nameless\"}}", "", "{\"type\":\"ping\"}", "");
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
            "SEND", "\n", "destination:", "\u001e", " ", "null", "-1", "\ud83d\ude00", "{\"type\":\"subscribe\"", "\"id\":\"1\"", "\0", "7:", "a[", "query", "{\"type\":1,\"target\":\"T\"}"};
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
                for (String one : Channels.each(channel)) {
                    assertTrue(!one.isEmpty() && one.length() <= 200, one);
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + ", case " + i + ": " + text, e);
            }
        }
    }
}
