package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;

/** What is said of answers that came in another way. */
@Timeout(60)
final class PairJudgeTest {
    private Judged sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new Judged(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private ParityReport judge(WrittenExchange before, WrittenExchange now) throws Exception {
        return sessions.judge(List.of(before), List.of(now), ParityRequest.ALL);
    }

    private static WrittenExchange notModified(String... request) {
        WrittenExchange exchange = Judged.get("/c");
        for (int i = 0; i < request.length; i += 2) {
            exchange.header(request[i], request[i + 1]);
        }
        return exchange.answer(304, "application/json", "");
    }

    @Test void notModifiedToARequestThatIsNotConditionalIsUnknown() throws Exception {
        ParityReport report = judge(Judged.get("/c", "{\"a\":1}"), notModified());
        assertEquals(Map.of(Verdict.UNKNOWN, 1L), report.verdicts());
        PairParity pair = report.findings().get(0);
        assertEquals(List.of(Verdict.UNKNOWN, Verdict.UNKNOWN), List.of(pair.shape(), pair.value()));
        assertEquals("it has no body: 304 to a request that was not conditional", pair.reason());
        assertEquals(Map.of(Verdict.UNKNOWN, 1L), judge(notModified(), Judged.get("/c", "{\"a\":1}")).verdicts());
    }

    @Test void notModifiedToAConditionalRequestIsADriftOfTheStatusAlone() throws Exception {
        WrittenExchange full = Judged.get("/c", "{\"a\":1}").responseHeader("ETag", "\"v1\"");
        ParityReport report = judge(full, notModified("If-None-Match", "\"v1\"").responseHeader("ETag", "W/\"v1\""));
        assertEquals(List.of("response.status status_changed low"), Judged.drifts(report));
        assertTrue(report.passed());
        ParityReport other = judge(full, notModified("If-None-Match", "\"v2\"").responseHeader("ETag", "\"v2\""));
        assertEquals(Map.of(Verdict.UNKNOWN, 1L), other.verdicts());
    }

    @Test void theSameBodyOfAnotherMediaTypeIsMedium() throws Exception {
        assertEquals(List.of("response.header.content-type media_type_changed medium"),
                Judged.drifts(judge(Judged.get("/c", "{\"a\":1}"), Judged.get("/c").answer(200, "text/html", "{\"a\":1}"))));
        assertEquals(List.of("response.header.content-type media_type_changed low"),
                Judged.drifts(judge(Judged.get("/c", "{\"a\":1}"), Judged.get("/c").answer(200, "application/hal+json", "{\"a\":1}"))));
        assertEquals(List.of(), Judged.drifts(judge(Judged.get("/c", "{\"a\":1}"), Judged.get("/c").answer(200, "text/json; charset=utf-8", "{\"a\":1}"))));
    }

    @Test void aPictureThatBecameATextIsHighAndAnotherPictureIsLow() throws Exception {
        byte[] picture = new byte[64];
        for (int i = 0; i < picture.length; i++) {
            picture[i] = (byte) (128 + i); // Without a NUL, as small ones may be.
        }
        System.arraycopy("\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1), 0, picture, 0, 8);
        byte[] last = picture.clone();
        last[63]++;
        byte[] text = "Internal error please retry later ok".getBytes(StandardCharsets.US_ASCII);
        assertEquals(List.of("response.body type_changed high"),
                Judged.drifts(judge(Judged.get("/l.png").answer(200, "image/png", picture), Judged.get("/l.png").answer(200, "image/png", text))));
        assertEquals(List.of("response.body value_changed low"),
                Judged.drifts(judge(Judged.get("/l.png").answer(200, "image/png", picture), Judged.get("/l.png").answer(200, "image/png", last))));
        assertEquals(List.of(), Judged.drifts(judge(Judged.get("/l.png").answer(200, "image/png", picture), Judged.get("/l.png").answer(200, "image/png", picture))));
    }
}
