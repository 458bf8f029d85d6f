package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamEntry;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamModel;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.StreamQuery;
import proxymcp.exchange.Streams;
import proxymcp.exchange.Timings;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.Unwatched;

/** Streams in HAR files: ours come back as they were, Chrome's become streams. */
@Timeout(60)
final class HarStreamsTest {
    private static final int HELD = StreamMessage.PAYLOAD_BYTES_MAX;
    private static final long SEED = Long.getLong("proxymcp.seed", 20_240_301L);

    @TempDir
    Path folder;

    private static byte[] exported(HarSession made, boolean includeBodies) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        made.catalog.read(made.writer.id(), session -> HarExport.write(session, SessionQuery.ALL, includeBodies, out, Unwatched.NOBODY));
        return out.toByteArray();
    }

    private static Streams streams(HarImports imports, ImportedHar imported) throws IOException {
        return imports.catalog.open(imported.session().id()).streams();
    }

    @Test
    void streamsOfEveryKindComeBackEqual() throws Exception {
        for (CaptureProfile profile : CaptureProfile.values()) {
            try (HarSession made = new HarSession(folder.resolve("made-" + profile), profile);
                    HarImports imports = new HarImports(folder.resolve("home-" + profile))) {
                StreamModel model = new StreamModel(made.writer.sink());
                model.everyKind(new Random(SEED), 30, HELD, 300_000);
                model.streams().getLast().end();
                made.end();
                ImportedHar imported = imports.run(imports.file("streams.har", exported(made, true)));
                assertEquals("", HarImports.warnings(imported));
                model.check(streams(imports, imported), profile == CaptureProfile.FULL);
                assertEquals(Optional.of(model.streams().getFirst().summary()),
                        imports.exchanges(imported).getFirst().exchange().stream(), "with notes");
            }
        }
    }

    private static Recording begin(HarSession made, StreamOpen open) throws Exception {
        Recording recording = made.request("GET /s HTTP/1.1\r\nHost: a.test").answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket").open();
        recording.streamOpened(open);
        return recording;
    }

    private static StreamMessage frame(long time, Direction direction, MessageForm form, byte[] payload, boolean completes, String channel, String note) {
        return new StreamMessage(time, direction, form, payload.length + 2L, payload, payload.length, completes, !completes, false, channel, note);
    }

    private static void end(Recording recording) {
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    @Test
    void framesHaveChromesShape() throws Exception {
        try (HarSession made = new HarSession(folder.resolve("made"), CaptureProfile.FULL)) {
            Recording recording = begin(made, new StreamOpen(1_700_000_000_500L, StreamKind.WEBSOCKET, "chat", "permessage-deflate", Optional.empty()));
            recording.message(frame(1_700_000_001_000L, Direction.OUT, new MessageForm.Frame(1, true, 4, true), HarSession.utf8("hé\"\n"), true, "room", ""));
            recording.message(frame(1_700_000_001_250L, Direction.IN, new MessageForm.Frame(2, true, 0, false), new byte[] {0, (byte) 0xFF}, true, "", ""));
            recording.message(frame(1_700_000_002_000L, Direction.IN, new MessageForm.Frame(2, false, 0, false), new byte[0], false, "", ""));
            recording.message(frame(1_700_000_002_001L, Direction.IN, new MessageForm.Frame(0, true, 0, false), HarSession.utf8("ab"), true, "", ""));
            recording.message(frame(1_700_000_003_000L, Direction.OUT, new MessageForm.Frame(1, true, 0, false), new byte[] {(byte) 0xC3}, true, "",
                    "not UTF-8"));
            recording.message(frame(1_700_000_004_000L, Direction.IN, new MessageForm.Frame(8, true, 0, false), new byte[] {3, (byte) 0xE8}, true, "", ""));
            recording.streamClosed(new StreamEnd(1_700_000_005_000L, Optional.of(1000), "", EndedBy.SERVER, List.of("a note")));
            end(recording);
            made.end();
            JsonObject entry = HarFile.of(exported(made, true)).entry(0);
            assertEquals("{\"kind\":\"websocket\",\"subprotocol\":\"chat\",\"extensions\":\"permessage-deflate\",\"openedAt\":1700000000500,"
                    + "\"closedAt\":1700000005000,\"closeCode\":1000,\"closeReason\":\"\",\"endedBy\":\"server\",\"notes\":[\"a note\"]}",
                    Json.text(HarFile.at(entry, "_stream")));
            assertEquals("{\"type\":\"send\",\"time\":1700000001,\"opcode\":1,\"_rsv\":4,\"data\":\"hé\\\"\\n\",\"_wireBytes\":7,\"_channel\":\"room\"}\n"
                    + "{\"type\":\"receive\",\"time\":1700000001.25,\"opcode\":2,\"data\":\"AP8=\",\"_wireBytes\":4}\n"
                    + "{\"type\":\"receive\",\"time\":1700000002,\"opcode\":2,\"_fin\":false,\"data\":\"\",\"_wireBytes\":2,\"_completes\":false,"
                    + "\"_fragmented\":true}\n"
                    + "{\"type\":\"receive\",\"time\":1700000002.001,\"opcode\":2,\"_opcode\":0,\"data\":\"YWI=\",\"_wireBytes\":4}\n"
                    + "{\"type\":\"send\",\"time\":1700000003,\"opcode\":1,\"_masked\":false,\"data\":\"ww==\",\"_encoding\":\"base64\",\"_wireBytes\":3,"
                    + "\"_note\":\"not UTF-8\"}\n"
                    + "{\"type\":\"receive\",\"time\":1700000004,\"opcode\":8,\"data\":\"A+g=\",\"_wireBytes\":4}\n",
                    lines(entry, "_webSocketMessages"));
            JsonObject without = HarFile.of(exported(made, false)).entry(0);
            assertEquals(HarFile.at(entry, "_stream"), HarFile.at(without, "_stream"));
            assertEquals(Optional.empty(), without.get("_webSocketMessages"));
        }
    }

    private static String lines(JsonObject entry, String list) {
        StringBuilder text = new StringBuilder();
        ((JsonArray) HarFile.at(entry, list)).forEach(item -> text.append(Json.text(item)).append('\n'));
        return text.toString();
    }

    @Test
    void eventsHaveChromesNames() throws Exception {
        try (HarSession made = new HarSession(folder.resolve("made"), CaptureProfile.FULL)) {
            Recording events = begin(made, new StreamOpen(1_700_000_000_500L, StreamKind.SSE, "", "", Optional.of("6")));
            events.message(frame(1_700_000_001_000L, Direction.IN, new MessageForm.Event("tick", "7", OptionalLong.of(100)), HarSession.utf8("a\nb"), true,
                    "tick", ""));
            end(events);
            Recording lines = begin(made, new StreamOpen(1_700_000_000_500L, StreamKind.NDJSON, "", "", Optional.empty()));
            lines.message(frame(1_700_000_001_000L, Direction.IN, new MessageForm.Line(), HarSession.utf8("{}"), true, "a\u001fb", ""));
            end(lines);
            made.end();
            HarFile file = HarFile.of(exported(made, true));
            assertEquals("{\"time\":1700000001,\"eventName\":\"tick\",\"eventId\":\"7\",\"retry\":100,\"data\":\"a\\nb\",\"_wireBytes\":5,"
                    + "\"_channel\":\"tick\"}\n", lines(file.entry(0), "_eventStream"));
            assertEquals("6", HarFile.text(file.entry(0), "_stream.lastEventId"));
            assertEquals("{\"time\":1700000001,\"data\":\"{}\",\"_wireBytes\":4,\"_channels\":[\"a\",\"b\"]}\n",
                    lines(file.entry(1), "_eventStream"));
        }
    }

    /** An entry such as other programs write, with this behind its request and response. */
    private static String har(String responseHeaders, String more) {
        return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"WebInspector\",\"version\":\"537.36\"},\"entries\":[{"
                + "\"startedDateTime\":\"2023-11-14T22:13:20.000Z\",\"time\":5,\"request\":{\"method\":\"GET\",\"url\":\"wss://a.test/s\",\"httpVersion\":"
                + "\"HTTP/1.1\",\"headers\":[{\"name\":\"Last-Event-ID\",\"value\":\"6\"}],\"queryString\":[],\"cookies\":[],\"headersSize\":-1,\"bodySize\":0},"
                + "\"response\":{\"status\":101,\"statusText\":\"\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[" + responseHeaders + "],\"cookies\":[],"
                + "\"content\":{\"size\":0,\"mimeType\":\"x-unknown\"},\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":0}," + more + "}]}}";
    }

    /** Its stream and messages as a reader would note them down. */
    private static String shown(Streams streams) throws IOException {
        StringBuilder text = new StringBuilder();
        for (StreamEntry listed : streams.list(StreamQuery.ALL, 0, 10).items()) {
            StreamEntry entry = streams.withNotes(listed);
            text.append(entry.summary().kind().id()).append(' ').append(entry.summary().openedAt()).append(' ').append(entry.summary().subprotocol())
                    .append(' ').append(entry.summary().extensions()).append(' ').append(entry.summary().lastEventId().orElse("-")).append(' ')
                    .append(entry.summary().closeCode().map(String::valueOf).orElse("-")).append(entry.summary().closeReason()).append(' ')
                    .append(entry.summary().endedBy().map(EndedBy::id).orElse("-"))
                    .append(entry.summary().notes().isEmpty() ? "" : " " + entry.summary().notes()).append('\n');
        }
        for (MessageEntry entry : streams.messages(MessageQuery.ALL, Optional.empty(), 100).items()) {
            StreamMessage message = streams.read(entry);
            text.append(message.time()).append(' ').append(message.direction().id()).append(' ').append(message.form()).append(' ')
                    .append(new String(message.payload(), StandardCharsets.ISO_8859_1)).append(' ').append(message.channel()).append('\n');
        }
        return text.toString();
    }

    private String imported(String har, String warnings) throws IOException {
        try (HarImports imports = new HarImports(folder.resolve("home"))) {
            ImportedHar imported = imports.run(imports.file("chrome.har", har));
            assertEquals(warnings, HarImports.warnings(imported));
            return shown(streams(imports, imported));
        }
    }

    @Test
    void framesOfChromeBecomeMessages() throws IOException {
        String har = har("{\"name\":\"Sec-WebSocket-Protocol\",\"value\":\"chat\"},{\"name\":\"Sec-WebSocket-Extensions\",\"value\":\"permessage-deflate\"}",
                "\"_resourceType\":\"websocket\",\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1700000001.2345,\"opcode\":1,"
                        + "\"data\":\"{\\\"topic\\\":\\\"news\\\"}\"},{\"type\":\"receive\",\"time\":1700000002,\"opcode\":2,\"data\":\"AP8=\"},"
                        + "{\"type\":\"receive\",\"opcode\":1,\"data\":\"no more\"},{\"type\":\"receive\",\"time\":1700000003,\"opcode\":9,\"data\":\"aGk=\"},"
                        + "{\"type\":\"receive\",\"time\":1700000003,\"opcode\":0,\"data\":\"aGk=\"},{\"type\":\"receive\",\"time\":1700000003,\"opcode\":8,\"data\":\"A+hieWU=\"}]");
        assertEquals("""
                websocket 1700000000000 chat permessage-deflate - 1000bye server
                1700000001235 out Frame[opcode=1, fin=true, rsv=0, masked=true] {"topic":"news"} news
                1700000002000 in Frame[opcode=2, fin=true, rsv=0, masked=false] \0\u00FF\s
                1700000002000 in Frame[opcode=1, fin=true, rsv=0, masked=false] no more\s
                1700000003000 in Frame[opcode=9, fin=true, rsv=0, masked=false] hi\s
                1700000003000 in Frame[opcode=0, fin=true, rsv=0, masked=false] hi\s
                1700000003000 in Frame[opcode=8, fin=true, rsv=0, masked=false] \u0003\u00E8bye\s
                """, imported(har, ""));
    }

    @Test
    void aFailureThatChromeNamesIsNoMessage() throws IOException {
        String har = har("", "\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1700000001,\"opcode\":1,\"data\":\"a\"},"
                + "{\"type\":\"error\",\"time\":1700000002,\"opcode\":-1,\"data\":\"WebSocket is closed\"}]");
        assertEquals("""
                websocket 1700000000000   - - cut [the browser said: WebSocket is closed]
                1700000001000 out Frame[opcode=1, fin=true, rsv=0, masked=true] a\s
                """, imported(har, ""));
    }

    @Test
    void membersThatMeanNothingAreTold() throws IOException {
        String har = har("", "\"_webSocketMessages\":[{\"type\":\"weird\",\"time\":1700000001,\"opcode\":1,\"data\":\"a\"},"
                + "{\"time\":1700000001,\"opcode\":99,\"data\":\"b\"},{\"type\":\"send\",\"time\":1700000001}]");
        assertEquals("""
                websocket 1700000000000   - - unknown
                1700000001000 in Frame[opcode=1, fin=true, rsv=0, masked=false] a\s
                1700000001000 in Frame[opcode=1, fin=true, rsv=0, masked=false] b\s
                1700000001000 out Frame[opcode=1, fin=true, rsv=0, masked=true] \s
                """, imported(har, """
                1 bad_message: a message has type "weird", where send or receive is expected; it was taken as received
                1 bad_message: a message has no type, where send or receive is expected; it was taken as received
                1 bad_message: a message has opcode 99, where 0 to 15 is expected; it was taken as text
                1 bad_message: a message has no data; it was taken as empty
                1 bad_message: a message has no opcode, where 0 to 15 is expected; it was taken as text
                """));
        assertEquals("", imported(har("", "\"_webSocketMessages\":\"no\""), """
                1 bad_message: _webSocketMessages is no array; it was left out
                """));
        assertEquals("", imported(har("", "\"_webSocketMessages\":null"), ""));
    }

    @Test
    void eventsOfChromeBecomeMessages() throws IOException {
        String har = har("", "\"_eventSourceMessages\":[{\"time\":1700000001,\"eventName\":\"message\",\"eventId\":\"\",\"data\":\"a\"},"
                + "{\"time\":1700000002,\"eventName\":\"tick\",\"eventId\":\"7\",\"data\":\"b\"}]");
        assertEquals("""
                sse 1700000000000   6 - unknown
                1700000001000 in Event[type=message, id=, retryMillis=OptionalLong.empty] a\s
                1700000002000 in Event[type=tick, id=7, retryMillis=OptionalLong.empty] b tick
                """, imported(har, ""));
    }

    @Test
    void whatIsNoMessageIsToldAndLeftOut() throws IOException {
        String har = har("", "\"_webSocketMessages\":[1,null,{\"type\":\"send\",\"time\":1700000001,\"opcode\":2,\"data\":\"not base64!\"},"
                + "{\"time\":1700000002,\"opcode\":\"1\",\"data\":{\"a\":[1]}}]");
        try (HarImports imports = new HarImports(folder.resolve("strict"))) {
            assertEquals("bad_entry: entry 1: 2 items of _webSocketMessages are no objects; they were left out",
                    imports.refusal(imports.file("bad.har", har), true));
        }
        assertEquals("""
                websocket 1700000000000   - - unknown
                1700000001000 out Frame[opcode=2, fin=true, rsv=0, masked=true] not base64!\s
                1700000002000 in Frame[opcode=1, fin=true, rsv=0, masked=false] {"a":[1]}\s
                """, imported(har, """
                1 bad_message: 2 items of _webSocketMessages are no objects; they were left out
                1 bad_base64: a message is said to be in base64, and is not; it was taken as text
                1 bad_message: a message has no type, where send or receive is expected; it was taken as received
                1 bad_message: data of a message is no text; its JSON was taken
                1 bad_number: opcode is a number in quotes
                """));
    }

    /** More than an entry may take without its bodies, in many messages and in one. */
    @Test
    void manyAndLongMessagesTakeNoMemory() throws Exception {
        byte[] text = new byte[9 << 20];
        Arrays.fill(text, (byte) 'x');
        List<String> items = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            items.add("{\"type\":\"send\",\"time\":1700000001,\"opcode\":1,\"data\":\"message number " + i + " of very many that a chat had in one long night of a winter\"}");
        }
        items.add("{\"type\":\"receive\",\"time\":1700000002,\"opcode\":1,\"data\":\"" + new String(text, StandardCharsets.US_ASCII) + "\"}");
        try (HarImports imports = new HarImports(folder.resolve("home"))) {
            ImportedHar imported = imports.run(imports.file("long.har", har("", "\"_webSocketMessages\":[" + String.join(",", items) + "]")));
            assertEquals("", HarImports.warnings(imported));
            Session session = imports.catalog.open(imported.session().id());
            Streams streams = session.streams();
            assertEquals(60_001, streams.messages(MessageQuery.ALL, Optional.empty(), 1).total());
            assertEquals("message number 59999 of very many that a chat had in one long night of a winter",
                    new String(streams.read(streams.message(1, 59_999).orElseThrow()).payload(), StandardCharsets.US_ASCII));
            try (InputStream in = streams.payload(streams.message(1, 60_000).orElseThrow())) {
                assertArrayEquals(text, in.readAllBytes());
            }
        }
    }

    @Test
    void aDamagedMessageIsLeftOutAndNamed() throws Exception {
        Path home = folder.resolve("made");
        try (HarImports imports = new HarImports(home)) {
            ImportedHar imported = imports.run(imports.file("chrome.har", har("", "\"_webSocketMessages\":[{\"type\":\"send\",\"time\":1,\"opcode\":1,"
                    + "\"data\":\"first\"},{\"type\":\"send\",\"time\":2,\"opcode\":1,\"data\":\"second one\"},{\"type\":\"send\",\"time\":3,\"opcode\":1,"
                    + "\"data\":\"third\"}]")));
            Path segment = home.resolve("sessions").resolve(imported.session().id().text()).resolve("segment-000001.seg");
            byte[] octets = Files.readAllBytes(segment);
            int at = new String(octets, StandardCharsets.ISO_8859_1).indexOf("second one");
            octets[at] ^= 1;
            Files.write(segment, octets);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            HarExport.Written written = imports.catalog.read(imported.session().id(),
                    session -> HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY));
            JsonObject entry = HarFile.of(out.toByteArray()).entry(0);
            assertEquals(2, ((JsonArray) HarFile.at(entry, "_webSocketMessages")).values().size());
            assertEquals("first third", HarFile.text(entry, "_webSocketMessages.0.data") + " " + HarFile.text(entry, "_webSocketMessages.1.data"));
            assertTrue(HarFile.text(entry, "comment").startsWith("damaged on disk: "), entry.toString());
            assertEquals(List.of("damaged"), written.warnings().stream().map(HarWarning::kind).toList());
        }
    }
}
