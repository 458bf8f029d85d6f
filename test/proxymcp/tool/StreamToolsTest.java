package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.at;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.http.FrameOctets;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.proxy.StreamOrigin;

/** Streams that go through a proxy, as a client of the server sees them: in the live buffer and in the session that records. */
@Timeout(120)
final class StreamToolsTest {
    private static final String LIST = "proxy_list_ws_streams";
    private static final String FRAMES = "proxy_get_ws_frames";
    /** {"name":"widget","count":5} in MessagePack. */
    private static final byte[] MESSAGE_PACK = "\u0082\u00a4name\u00a6widget\u00a5count\5".getBytes(StandardCharsets.ISO_8859_1);

    @TempDir
    Path folder;

    private Tools tools;
    private StreamOrigin origin;
    private int port;
    private String session;

    @BeforeEach
    void begin() throws IOException {
        tools = new Tools(folder.resolve("home"));
        origin = new StreamOrigin(Optional.empty(), "");
        port = (int) number(tools.call("proxy_start", "{\"port\":0}"), "port");
        session = text(tools.call("proxy_session_start", "{\"capture_profile\":\"full\"}"), "session.id");
    }

    @AfterEach
    void close() throws IOException {
        tools.close();
        origin.close();
    }

    /** Arguments for the live buffer, and for the session. */
    private List<String> places() {
        return List.of("", "\"session_id\":\"" + session + "\",");
    }

    private JsonObject call(String tool, String place, String more) {
        return tools.call(tool, arguments(place, more));
    }

    /** Members, the last one without a comma. */
    private static String arguments(String place, String more) {
        String members = place + more;
        return "{" + (members.endsWith(",") ? members.substring(0, members.length() - 1) : members) + "}";
    }

    private StreamClient webSocket(String path) throws IOException {
        return StreamClient.webSocket(port, origin, path);
    }

    /** A chat of five messages, each of which comes back; returns the id of its stream. */
    private String chat(String path) throws IOException {
        try (StreamClient client = webSocket(path)) {
            client.echo(1, true, "{\"topic\":\"news\",\"n\":1}").echo(2, true, MESSAGE_PACK).echo(9, true, "hi").echo(1, false, "ab").echo(0, true, "cd");
            client.finish(4000, "bye");
        }
        return awaitClosed(path);
    }

    private String events(String fields) throws IOException {
        int before = tools.live.size();
        StreamClient.events(port, origin, fields).close();
        awaitUntil(() -> tools.live.size() == before + 1 && number(call(LIST, "", "\"state\":\"open\""), "total") == 0);
        return awaitClosed("/events");
    }

    private interface Check {
        boolean holds();
    }

    private static void awaitUntil(Check check) {
        while (!check.holds()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Waits until the newest stream of a path has ended in both places; its id. */
    private String awaitClosed(String path) {
        Set<String> ids = new HashSet<>();
        for (String place : places()) {
            String arguments = "\"path_contains\":\"" + path + "\"";
            awaitUntil(() -> {
                JsonObject found = call(LIST, place, arguments);
                return number(found, "total") > 0 && !at(found, "items.0.closedAt").equals(JsonNull.NULL);
            });
            ids.add(text(call(LIST, place, arguments), "items.0.streamId"));
        }
        assertEquals(1, ids.size(), ids.toString());
        return ids.iterator().next();
    }

    private static List<JsonObject> items(JsonObject result) {
        List<JsonObject> items = new ArrayList<>();
        ((JsonArray) at(result, "items")).forEach(item -> items.add((JsonObject) item));
        return items;
    }

    /** Values of a member of each item, one behind the other. */
    private static String all(JsonObject result, String member) {
        StringBuilder text = new StringBuilder();
        for (JsonObject item : items(result)) {
            JsonValue value = item.get(member).orElse(JsonNull.NULL);
            text.append(text.isEmpty() ? "" : " ").append(value instanceof JsonString string ? string.value() : Json.text(value));
        }
        return text.toString();
    }

    private static String without(JsonObject object, String... names) {
        JsonObject.Builder members = JsonObject.builder();
        for (JsonObject.Member member : object.members()) {
            if (!List.of(names).contains(member.name())) {
                members.put(member.name(), member.value());
            }
        }
        return Json.text(members.build());
    }

    @Test
    void aStreamIsListedWithItsCounts() throws IOException {
        String id = chat("/ws/a?b=c");
        String authority = "127.0.0.1:" + origin.port();
        for (String place : places()) {
            JsonObject found = call(LIST, place, "");
            assertEquals("{\"status\":\"success\",\"total\":1,\"offset\":0,\"showing\":1,\"complete\":true}", without(found, "items"));
            JsonObject item = items(found).getFirst();
            assertEquals("{\"streamId\":\"" + id + "\",\"kind\":\"websocket\",\"seq\":1,\"exchangeId\":\"" + id + "\",\"url\":\"http://" + authority
                    + "/ws/a?b=c\",\"host\":\"127.0.0.1\",\"path\":\"/ws/a?b=c\",\"subprotocol\":\"\",\"extensions\":\"\",\"closeCode\":4000,"
                    + "\"closeReason\":\"bye\",\"endedBy\":\"client\",\"framesIn\":6,\"framesOut\":6,\"bytesIn\":65,\"bytesOut\":89,"
                    + "\"channels\":[{\"channel\":\"news\",\"count\":2}]}", without(item, "openedAt", "closedAt"));
            assertTrue(number(item, "openedAt") <= number(item, "closedAt") && number(item, "openedAt") > 1_700_000_000_000L);
        }
    }

    @Test
    void filtersOfStreams() throws IOException {
        String chat = chat("/ws/chat");
        String events = events("");
        try (StreamClient open = webSocket("/ws/open")) {
            open.echo(1, true, "{\"channel\":\"other\"}").echo(2, true, new byte[1_000]);
            for (String place : places()) {
                awaitUntil(() -> number(call(LIST, place, "\"channel\":\"other\",\"sort\":\"bytes\""), "items.0.bytesIn") > 1_000);
                String all = all(call(LIST, place, "\"sort\":\"asc\""), "streamId");
                String third = all.split(" ")[2];
                assertEquals(chat + " " + events + " " + third, all);
                assertEquals(third + " " + events + " " + chat, all(call(LIST, place, ""), "streamId"));
                assertEquals(chat + " " + third + " " + events, all(call(LIST, place, "\"sort\":\"frames\""), "streamId"));
                assertEquals(third + " " + chat + " " + events, all(call(LIST, place, "\"sort\":\"bytes\""), "streamId"));
                assertEquals(events, all(call(LIST, place, "\"kind\":\"sse\""), "streamId"));
                assertEquals("", all(call(LIST, place, "\"kind\":\"ndjson\""), "streamId"));
                assertEquals("", all(call(LIST, place, "\"kind\":\"tunnel\""), "streamId"));
                assertEquals(third, all(call(LIST, place, "\"state\":\"open\""), "streamId"));
                assertEquals(events + " " + chat, all(call(LIST, place, "\"state\":\"closed\""), "streamId"));
                assertEquals(events, all(call(LIST, place, "\"path_contains\":\"EVENT\""), "streamId"));
                assertEquals("", all(call(LIST, place, "\"host_contains\":\"example\""), "streamId"));
                assertEquals(3, number(call(LIST, place, "\"host_contains\":\"7.0.0\""), "total"));
                assertEquals(events, all(call(LIST, place, "\"channel\":\"TICK\""), "streamId"));
                assertEquals("null null", all(call(LIST, place, "\"state\":\"open\""), "closedAt") + " "
                        + all(call(LIST, place, "\"state\":\"open\""), "endedBy"));
                JsonObject page = call(LIST, place, "\"limit\":1,\"offset\":1");
                assertEquals("3 1 1 false 2 " + events, number(page, "total") + " " + number(page, "offset") + " " + number(page, "showing") + " "
                        + at(page, "complete") + " " + number(page, "nextOffset") + " " + all(page, "streamId"));
            }
        }
    }

    @Test
    void aMessageOfSeveralRecordsIsFoundByEachOfTheirChannels() throws IOException {
        try (StreamClient hub = webSocket("/ws/hub")) {
            hub.echo(1, true, "{\"type\":1,\"target\":\"Tick 7\"}\u001e{\"type\":1,\"target\":\"Quote\"}\u001e");
            for (String place : places()) {
                for (String channel : List.of("tick 7", "TICK", "7", "quote")) {
                    String wanted = "\"direction\":\"out\",\"channel\":\"" + channel + "\"";
                    awaitUntil(() -> number(call(FRAMES, place, wanted), "total") == 1);
                    assertEquals("Tick 7 [\"Tick 7\",\"Quote\"]", all(call(FRAMES, place, wanted), "channel") + " " + all(call(FRAMES, place, wanted), "channels"));
                    assertEquals(1, number(call(LIST, place, "\"channel\":\"" + channel + "\""), "total"));
                }
                awaitUntil(() -> all(call(LIST, place, ""), "channels").equals("[{\"channel\":\"Tick 7\",\"count\":2},{\"channel\":\"Quote\",\"count\":2}]"));
            }
        }
    }

    @Test
    void aReconnectionContinuesTheEarlierStream() throws IOException {
        String first = events("");
        String second = events("Last-Event-ID: 2\r\n");
        for (String place : places()) {
            JsonObject found = call(LIST, place, "");
            assertEquals(second + " " + first, all(found, "streamId"));
            assertEquals(first + " null", all(found, "continues"));
            assertEquals("2 null", all(found, "lastEventId"));
        }
    }

    /** What came back of a chat, and what was sent, is each in its order; which of the two is recorded first is nobody's promise. */
    @Test
    void framesOfAWebSocket() throws IOException {
        String id = chat("/ws");
        for (String place : places()) {
            JsonObject all = call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"include_control\":true");
            assertEquals("{\"status\":\"success\",\"total\":12,\"complete\":true}", without(all, "items"));
            assertEquals("0 1 10 11 2 3 4 5 6 7 8 9", sorted(all(all, "index")));
            assertEquals(Set.of(id), new HashSet<>(List.of(all(all, "streamId").split(" "))));
            for (String direction : List.of("in", "out")) {
                JsonObject found = call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"include_control\":true,\"direction\":\"" + direction + "\"");
                assertEquals("text binary " + (direction.equals("in") ? "pong" : "ping") + " text continuation close", all(found, "type"));
                assertEquals("22 20 2 0 4 5", all(found, "length"));
                assertEquals("false false false true true false", all(found, "fragmented"));
                assertEquals("null null null false null null", all(found, "completes"));
                assertEquals("{\"topic\":\"news\",\"n\":1} {\"name\":\"widget\",\"count\":5} hi null abcd bye", all(found, "preview"));
                assertEquals("json msgpack null null null null", all(found, "decoder"));
                assertEquals("null null null null null 4000", all(found, "closeCode"));
                assertEquals("news null null null null null", all(found, "channel"));
                // Whole frames of octets as many as their payload makes are not told of; the two of the message in parts are 2 and 2 octets long.
                assertEquals("null null null false null null", all(found, "fin"));
                assertEquals("null null null " + (direction.equals("in") ? "4 4" : "8 8") + " null", all(found, "wireBytes"));
                assertEquals("null null null null null null", all(found, "rsv"));
                assertEquals("null null null null null null", all(found, "masked"));
                assertEquals("{\"streamId\":\"" + id + "\",\"direction\":\"" + direction + "\",\"type\":\"text\",\"length\":22,\"fragmented\":false,"
                        + "\"compressed\":false,\"channel\":\"news\",\"decoder\":\"json\",\"preview\":{\"topic\":\"news\",\"n\":1},\"truncated\":false}",
                        without(items(found).getFirst(), "index", "timestamp"));
            }
        }
    }

    private static String sorted(String words) {
        String[] each = words.split(" ");
        Arrays.sort(each);
        return String.join(" ", each);
    }

    /** Of one frame it is told what it was on the wire; in a list, what is unusual: here a reserved bit and a frame that is not masked. */
    @Test
    void aFrameTellsWhatItWasOnTheWire() throws IOException {
        try (StreamClient client = webSocket("/ws")) {
            client.echo(1, true, "x".repeat(200)).exchange(new FrameOctets(true).frame(1, true, 2, new byte[] {'r'}), new FrameOctets(false).text("r"))
                    .exchange(new FrameOctets(true).frame(1, true, 0, new byte[] {'u'}, false, 0), new FrameOctets(false).text("u"));
            client.finish(1000, "");
        }
        String id = awaitClosed("/ws");
        for (String place : places()) {
            JsonObject sent = call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"direction\":\"out\"");
            assertEquals("null 2 null", all(sent, "rsv"));
            assertEquals("null null false", all(sent, "masked"));
            assertEquals("null null null null null null", all(sent, "wireBytes") + " " + all(sent, "fin"));
            List<String> frames = new ArrayList<>();
            for (JsonObject item : items(sent)) {
                JsonObject frame = call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"frame_index\":" + number(item, "index"));
                frames.add(at(frame, "frame.fin") + " " + number(frame, "frame.rsv") + " " + at(frame, "frame.masked") + " "
                        + number(frame, "frame.wireBytes"));
            }
            assertEquals(List.of("true 0 true 208", "true 2 true 7", "true 0 false 3"), frames);
        }
    }

    @Test
    void eventsHaveTypeAndId() throws IOException {
        events("");
        for (String place : places()) {
            JsonObject found = call(FRAMES, place, "\"decode\":false");
            assertEquals("{\"type\":\"tick\",\"id\":\"1\"} {\"type\":\"tick\",\"id\":\"2\"} {\"type\":\"tick\",\"id\":\"3\"}", all(found, "event"));
            assertEquals("tick tick tick", all(found, "type"));
            assertEquals("{\"n\":1} {\"n\":2} {\"n\":3}", all(found, "preview"));
            assertEquals("in in in null null null", all(found, "direction") + " " + all(found, "decoder"));
        }
    }

    @Test
    void filtersOfFrames() throws IOException {
        String chat = chat("/ws");
        String events = events("");
        for (String place : places()) {
            String of = "\"stream_id\":\"" + chat + "\",";
            assertEquals("binary binary continuation continuation text text text text", sorted(all(call(FRAMES, place, of), "type")));
            assertEquals("in in in in", all(call(FRAMES, place, of + "\"direction\":\"in\""), "direction"));
            assertEquals("out out out out", all(call(FRAMES, place, of + "\"direction\":\"out\""), "direction"));
            assertEquals("news news", all(call(FRAMES, place, of + "\"channel\":\"News\""), "channel"));
            assertEquals("binary binary continuation continuation",
                    sorted(all(call(FRAMES, place, of + "\"types\":[\"binary\",\"CONTINUATION\"]"), "type")));
            assertEquals("close close", all(call(FRAMES, place, of + "\"types\":[\"close\"],\"include_control\":true"), "type"));
            assertEquals("abcd abcd", all(call(FRAMES, place, of + "\"text_contains\":\"BCD\""), "preview"));
            assertEquals("0 1 2", all(call(FRAMES, place, "\"channel\":\"tick\""), "index"));
            JsonObject all = call(FRAMES, place, "");
            assertEquals(11, number(all, "total"));
            assertTrue(all(all, "streamId").endsWith(String.join(" ", chat, events, events, events)), all.toString());
            long time = number(items(all).get(8), "timestamp");
            JsonObject later = call(FRAMES, place, "\"from_ts\":" + time);
            assertTrue(all(later, "streamId").endsWith(String.join(" ", events, events, events)), later.toString());
            assertEquals(11, number(call(FRAMES, place, "\"to_ts\":" + (time - 1)), "total") + number(later, "total"));
        }
    }

    @Test
    void pagesLeadToEveryFrameOnce() throws IOException {
        try (StreamClient client = webSocket("/ws")) {
            for (int i = 0; i < 40; i++) {
                client.echo(1, true, "message " + i + " " + "x".repeat(i * 20));
            }
            client.finish(1000, "");
        }
        String id = awaitClosed("/ws");
        for (String place : places()) {
            // The client's close may be recorded before the last answer, which passed before it: the numbers tell.
            List<Long> all = new ArrayList<>();
            for (JsonObject item : items(call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"limit\":500,\"max_chars\":200000"))) {
                all.add(number(item, "index"));
            }
            assertEquals(80, Set.copyOf(all).size());
            for (String room : List.of("\"limit\":7", "\"max_chars\":2000", "\"max_chars\":4000,\"limit\":9,\"text_contains\":\"message\"")) {
                List<Long> indexes = new ArrayList<>();
                String cursor = "";
                int pages = 0;
                long time = 0;
                do {
                    JsonObject page = call(FRAMES, place, "\"stream_id\":\"" + id + "\"," + room + cursor);
                    assertTrue(Json.text(page).length() <= (room.contains("2000") ? 2_000 : room.contains("4000") ? 4_000 : 24_000));
                    for (JsonObject item : items(page)) {
                        indexes.add(number(item, "index"));
                        assertTrue(number(item, "timestamp") >= time);
                        time = number(item, "timestamp");
                    }
                    assertEquals("false", at(page, "complete").toString());
                    cursor = page.string("nextCursor").map(next -> ",\"cursor\":\"" + next + "\"").orElse("");
                    if (!room.contains("text")) {
                        assertEquals(80, number(page, "total"));
                    }
                    pages++;
                } while (!cursor.isEmpty());
                assertEquals(all, indexes, room);
                assertTrue(pages > 8, room + " took " + pages);
            }
        }
    }

    @Test
    void aWholePayloadIsReadByItsIndex() throws IOException {
        byte[] octets = new byte[200_000];
        new Random(1).nextBytes(octets);
        String letters = "0123456789".repeat(20_000);
        try (StreamClient client = webSocket("/ws")) {
            client.echo(2, true, octets).echo(1, true, letters);
            client.finish(1000, "");
        }
        String id = awaitClosed("/ws");
        for (String place : places()) {
            List<JsonObject> sent = items(call(FRAMES, place, "\"stream_id\":\"" + id + "\",\"direction\":\"out\""));
            String ofBinary = "\"stream_id\":\"" + id + "\",\"frame_index\":" + number(sent.get(0), "index");
            String ofText = "\"stream_id\":\"" + id + "\",\"frame_index\":" + number(sent.get(1), "index");
            long kept = place.isEmpty() ? 64 << 10 : 200_000;
            JsonObject binary = call(FRAMES, place, ofBinary);
            assertEquals("binary content; ask for body_encoding base64, or name an output_file", text(binary, "payload.reason"));
            assertEquals("(200000 octets of binary)", text(binary, "frame.preview"));
            assertEquals(place.isEmpty() ? "01234567... (200000 octets)" : "012345678901234... (200000 characters)",
                    text(call(FRAMES, place, ofText + ",\"max_payload\":29"), "frame.preview"));
            JsonObject part = call(FRAMES, place, ofBinary + ",\"body_encoding\":\"base64\",\"body_offset\":1000,\"body_limit\":3000");
            byte[] shown = Base64.getDecoder().decode(text(part, "payload.base64"));
            assertArrayEquals(Arrays.copyOfRange(octets, 1_000, 4_000), shown);
            assertEquals("200000 " + kept + " 4000 false", number(part, "payload.size") + " " + number(part, "payload.available") + " "
                    + number(part, "payload.nextOffset") + " " + at(part, "complete"));
            StringBuilder text = new StringBuilder();
            for (long offset = 0; offset < kept; offset = text.length()) {
                text.append(text(call(FRAMES, place, ofText + ",\"max_chars\":100000,\"body_offset\":" + offset), "payload.text"));
            }
            assertEquals(letters.substring(0, (int) kept), text.toString());
            String last = Json.text(call(FRAMES, place, ofText + ",\"body_offset\":" + kept));
            assertTrue(place.isEmpty() == last.contains("the first 65536 of 200000 octets were kept"), last);
            String file = "payload" + place.length() + ".bin";
            JsonObject written = call(FRAMES, place, ofBinary + ",\"output_file\":\"" + file + "\"");
            assertArrayEquals(Arrays.copyOf(octets, (int) kept), Files.readAllBytes(Path.of(text(written, "payload.outputFile"))));
            assertEquals(kept, number(written, "payload.length"));
            assertTrue(tools.failure(FRAMES, arguments(place, ofBinary + ",\"output_file\":\"" + file + "\"")).contains("overwrite"));
            call(FRAMES, place, ofBinary + ",\"overwrite\":true,\"output_file\":\"" + file + "\"");
        }
    }

    @Test
    void previewsFitAndSayWhatTheyLack() throws IOException {
        String items = "[" + "{\"name\":\"something\",\"n\":12},".repeat(500) + "0]";
        try (StreamClient client = webSocket("/ws")) {
            client.echo(1, true, items).echo(1, true, "é".repeat(3_000)).echo(2, true, "plain text").echo(2, true, new byte[] {0, 1, (byte) 0xFE});
            client.finish(1000, "");
        }
        awaitClosed("/ws");
        for (String place : places()) {
            List<JsonObject> rows = items(call(FRAMES, place, "\"direction\":\"in\",\"max_payload\":300"));
            assertEquals("json true", text(rows.get(0), "decoder") + " " + at(rows.get(0), "truncated"));
            assertTrue(Json.text(at(rows.get(0), "preview")).length() <= 300 && at(rows.get(0), "preview.0").equals(at(rows.get(0), "preview.1")));
            assertTrue(text(rows.get(1), "preview").endsWith("ééé... (3000 characters)") && text(rows.get(1), "preview").length() <= 300);
            assertEquals("plain text false", text(rows.get(2), "preview") + " " + at(rows.get(2), "truncated"));
            assertEquals("(3 octets of binary) true", text(rows.get(3), "preview") + " " + at(rows.get(3), "truncated"));
            List<JsonObject> plain = items(call(FRAMES, place, "\"direction\":\"in\",\"decode\":false,\"max_payload\":20"));
            assertTrue(plain.get(0).get("decoder").isEmpty() && text(plain.get(0), "preview").startsWith("[{"), plain.get(0).toString());
            assertEquals("null null null null", all(call(FRAMES, place, "\"direction\":\"in\",\"max_payload\":0"), "preview"));
        }
    }

    @Test
    void contradictionsAndUnknownNamesAreErrors() throws IOException {
        String id = chat("/ws");
        String of = "\"stream_id\":\"" + id + "\",";
        String none = "00000000-0000-4000-8000-000000000000";
        for (String place : places()) {
            assertEquals("unknown_stream: There is no stream with this id | proxy_list_ws_streams lists them",
                    tools.failure(FRAMES, arguments(place, "\"stream_id\":\"" + none + "\"")));
            assertTrue(tools.failure(FRAMES, arguments(place, "\"stream_id\":\"x\",\"frame_index\":0")).startsWith("unknown_stream"));
            assertTrue(tools.failure(FRAMES, arguments(place, of + "\"frame_index\":12")).startsWith("unknown_frame: The stream has no frame 12"));
            assertTrue(tools.failure(FRAMES, arguments(place, of + "\"cursor\":\"nonsense\"")).startsWith("bad_argument: cursor"));
        }
        assertEquals("bad_argument: frame_index: expected stream_id with it", tools.failure(FRAMES, "{\"frame_index\":0}"));
        assertEquals("bad_argument: body_offset: expected frame_index with it", tools.failure(FRAMES, "{\"body_offset\":1}"));
        assertEquals("bad_argument: output_file: expected frame_index with it", tools.failure(FRAMES, "{\"output_file\":\"x\"}"));
        assertEquals("bad_argument: channel: expected none with frame_index, which names one frame",
                tools.failure(FRAMES, arguments("", of + "\"frame_index\":0,\"channel\":\"news\"")));
        assertEquals("bad_argument: from_ts: expected at most to_ts, which is 1, got 2", tools.failure(FRAMES, "{\"from_ts\":2,\"to_ts\":1}"));
        assertEquals("bad_argument: types: expected include_control true with \"ping\", which is a control frame",
                tools.failure(FRAMES, "{\"types\":[\"ping\"]}"));
        assertEquals("bad_argument: types: expected one type at least, or no types for all", tools.failure(FRAMES, "{\"types\":[]}"));
        assertEquals("no match; types are text, binary, continuation, close, ping, pong, opcode N, line, and those of events (message, if they have none)",
                text(call(FRAMES, "", "\"types\":[\"json\"]"), "reason"));
        assertEquals("bad_argument: channel: expected another kind with it: a tunnel has no messages",
                tools.failure(LIST, "{\"kind\":\"tunnel\",\"channel\":\"news\"}"));
        for (String tool : List.of(LIST, FRAMES)) {
            assertTrue(tools.failure(tool, "{\"session_id\":\"20260131235959_0a1b2c3d\"}").startsWith("unknown_session"));
            assertTrue(tools.failure(tool, "{\"session_id\":\"../x\"}").startsWith("bad_argument: session_id"));
        }
        String plain = new Traffic(tools.sink).complete();
        for (String place : places()) {
            assertTrue(tools.failure(FRAMES, arguments(place, "\"stream_id\":\"" + plain + "\"")).startsWith("unknown_stream"));
        }
    }

    /** A session that ends before a stream does has the part that it saw, and one that begins within it says that it has none. */
    @Test
    void aStreamOutlivesASession() throws Exception {
        try (StreamClient client = webSocket("/ws")) {
            client.echo(1, true, "{\"topic\":\"news\"}");
            awaitUntil(() -> number(call(FRAMES, places().get(1), ""), "total") == 2);
            tools.call("proxy_session_stop", "{}");
            JsonObject seen = items(call(LIST, places().get(1), "")).get(0);
            assertEquals("recording 1 1", text(seen, "endedBy") + " " + number(seen, "framesIn") + " " + number(seen, "framesOut"));
            assertEquals("null", all(call(LIST, "", ""), "endedBy"));
            JsonObject resource = tools.ofSession(session, "findings");
            assertEquals("[]", Json.text(at(resource, "findings.brokenStreams")));
            JsonObject next = tools.call("proxy_session_start", "{}");
            assertEquals("a stream that is open began before, and is not in the session", text(next, "note"));
            client.finish(1000, "");
        }
        awaitClosed("/ws");
        assertTrue(call(LIST, "", "").toString().contains("\"endedBy\":\"client\""));
    }

    @Test
    void whatWasRecordedIsThereWhenTheProxyIsGone() throws IOException {
        String id = chat("/ws");
        tools.call("proxy_stop", "{}");
        JsonObject found = call(FRAMES, places().get(1), "\"stream_id\":\"" + id + "\",\"text_contains\":\"news\"");
        assertEquals("true news news", at(found, "complete") + " " + all(found, "channel"));
        assertEquals("", all(call(LIST, places().get(1), "\"state\":\"open\""), "streamId"));
    }
}
