package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.Json;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunException;

/** Reports in their written forms, where they are kept, and what hostile answers do to them. */
@Timeout(60)
final class ParityReportTest {
    @TempDir Path home;

    private ParityReport report() throws Exception {
        List<WrittenExchange> baseline = List.of(Judged.get("/a", "{\"a\":1,\"b\":\"x\"}"), Judged.get("/b", "{\"<&\\u0000\":1}"), Judged.get("/c", "{}"), Judged.get("/d", "{}"));
        List<WrittenExchange> other = List.of(Judged.get("/a", "{\"a\":1,\"b\":\"y\"}"), Judged.get("/b", "{\"z\":\"<\\u0001\\ud800\"}"), Judged.get("/c", "{").cut(),
                Judged.get("/d", "{}"));
        try (Judged sessions = new Judged(home.resolve("sessions-home"))) {
            return sessions.judge(baseline, other, ParityRequest.ALL);
        }
    }

    private static Element parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml))).getDocumentElement();
    }

    @Test void junitHasACaseForEachDriftAndFailsWhereTheReportDoes() throws Exception {
        Element root = parsed(ParityJUnit.xml(report()));
        assertEquals("testsuites", root.getTagName());
        assertEquals(4, root.getElementsByTagName("testsuite").getLength());
        // A changed value and a new field are low: they pass. A field that went and a body that was cut fail.
        assertEquals("2", root.getAttribute("failures"));
        assertEquals(2, root.getElementsByTagName("failure").getLength());
        assertEquals(root.getElementsByTagName("testcase").getLength(), Integer.parseInt(root.getAttribute("tests")));
        assertEquals("high", ((Element) root.getElementsByTagName("failure").item(0)).getAttribute("type"));
        assertEquals("unknown", ((Element) root.getElementsByTagName("failure").item(1)).getAttribute("type"));
    }

    @Test void jsonSaysWhatTheReportSays() throws Exception {
        ParityReport report = report();
        String json = Json.text(ParityJson.report(report));
        assertTrue(json.contains("\"verdict\":\"fail\""), json);
        assertTrue(json.contains("\"counts\":{\"identical\":1,\"equivalent\":0,\"drifted\":1,\"breaking\":1,\"blocked\":0,\"unknown\":1}"), json);
        assertTrue(json.contains("{\"location\":\"response.json.$.b\",\"kind\":\"value_changed\",\"expected\":\"x\",\"actual\":\"y\",\"rate\":1.0,\"severity\":\"low\"}"), json);
        assertEquals(0.525, report.score(), 1e-9); // 0.9 for what drifted a little, 0.2 for what is broken, 0 for what is unknown, 1 for the same.
    }

    @Test void theLastReportIsKeptWithTheRun() throws Exception {
        ReplayId id = new ReplayId("replay_20250101000000_abcdefgh");
        ParityFiles files = new ParityFiles(home);
        assertEquals("unknown_replay", assertThrows(RunException.class, () -> files.find(id)).code());
        ParityReport report = report();
        assertEquals("unknown_replay", assertThrows(RunException.class, () -> files.keep(id, report)).code());
        Path folder = Files.createDirectory(home.resolve(id.text()));
        assertEquals(Optional.empty(), files.find(id));
        files.keep(id, report);
        assertEquals(Optional.of(ParityJson.report(report)), files.find(id));
        Files.writeString(folder.resolve("parity.json"), "{\"torn");
        assertEquals(Optional.empty(), files.find(id));
    }

    @Test void whateverComesIsJudgedAndAlwaysTheSame() throws Exception {
        Random random = new Random(7);
        List<WrittenExchange> baseline = new ArrayList<>();
        List<WrittenExchange> other = new ArrayList<>();
        List<String> bodies = List.of("[".repeat(400) + "]".repeat(400), "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000), "{\"\":1,\"\":{},\"a.b['\":[null]}", "[[],{},null,1e999999999,-0.0]",
                "<" + "a ".repeat(3_000), "<a><b".repeat(2_000), "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><x>&b;</x>", "<x>".repeat(300) + "</x>".repeat(300), "\u0000\u0001",
                "", " ", "null", "\"text\"", "{\"error\":[],\"errors\":{},\"code\":1e400}", "<title>".repeat(500), "data: 1\n\ndata: 2\n\n");
        List<String> types = List.of("application/json", "text/html", "application/xml", "text/plain", "image/png", "text/event-stream", "", "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded");
        for (int i = 0; i < 150; i++) {
            String target = "/h/" + (char) ('a' + i % 6);
            baseline.add(Judged.get(target).answer(200, types.get(random.nextInt(types.size())), body(random, bodies)));
            other.add(Judged.get(target).answer(200, types.get(random.nextInt(types.size())), body(random, bodies)));
        }
        try (Judged sessions = new Judged(home)) {
            var a = sessions.write(baseline);
            var b = sessions.write(other);
            String first = Json.text(ParityJson.report(Judged.judge(a, b, Judged.ruled("{\"path\":\"$..*\",\"check\":\"unique\"}"))));
            assertEquals(first, Json.text(ParityJson.report(Judged.judge(a, b, Judged.ruled("{\"path\":\"$..*\",\"check\":\"unique\"}")))));
            // What cannot be read whole, as JSON that is too deep, is unknown.
            Map<Verdict, Long> itself = Judged.judge(a, a, ParityRequest.ALL).verdicts();
            assertEquals(150, itself.getOrDefault(Verdict.IDENTICAL, 0L) + itself.getOrDefault(Verdict.UNKNOWN, 0L), itself.toString());
            parsed(ParityJUnit.xml(Judged.judge(a, b, ParityRequest.ALL)));
        }
    }

    private static byte[] body(Random random, List<String> bodies) {
        if (random.nextInt(4) == 0) {
            byte[] octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            return octets;
        }
        byte[] octets = bodies.get(random.nextInt(bodies.size())).getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); i > 0 && octets.length > 0; i--) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return octets;
    }
}
