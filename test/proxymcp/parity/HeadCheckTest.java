package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;

/** What is said of heads that changed. */
@Timeout(60)
final class HeadCheckTest {
    private Judged sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new Judged(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private List<String> drifts(UnaryOperator<WrittenExchange> before, UnaryOperator<WrittenExchange> now) throws Exception {
        return Judged.drifts(sessions.judge(List.of(before.apply(Judged.get("/h"))), List.of(now.apply(Judged.get("/h"))), ParityRequest.ALL));
    }

    private List<String> drifts(String name, String before, String now) throws Exception {
        return drifts(to -> to.answer(200, "application/json", "{}").responseHeader(name, before), to -> to.answer(200, "application/json", "{}").responseHeader(name, now));
    }

    private List<String> redirects(String before, String now) throws Exception {
        return drifts(to -> to.answer(302, "text/plain", "").responseHeader("Location", before), to -> to.answer(302, "text/plain", "").responseHeader("Location", now));
    }

    @Test void aCookieThatIsEmptiedOrDeletedIsMedium() throws Exception {
        List<String> deleted = List.of("response.cookie.sid header_changed medium");
        assertEquals(deleted, drifts("Set-Cookie", "sid=4f9c2ab81d", "sid="));
        assertEquals(deleted, drifts("Set-Cookie", "sid=4f9c2ab81d; HttpOnly", "sid=; Max-Age=0"));
        assertEquals(deleted, drifts("Set-Cookie", "sid=4f9c2ab81d", "sid=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
        assertEquals(deleted, drifts("Set-Cookie", "sid=4f9c2ab81d", "sid=deleted; Expires=Thu, 01-Jan-1970 00:00:00 GMT"));
        assertEquals(List.of(), drifts("Set-Cookie", "sid=4f9c2ab81d; Max-Age=60", "sid=77e0c1aa52; Max-Age=90"));
        assertEquals(List.of("response.cookie.sid header_changed low"), drifts("Set-Cookie", "sid=; Max-Age=0", "sid=4f9c2ab81d"));
    }

    @Test void aCookieThatLosesItsGuardsIsMedium() throws Exception {
        assertEquals(List.of("response.cookie.sid;httponly header_changed medium", "response.cookie.sid;secure header_changed medium",
                "response.cookie.sid;samesite header_changed low"), drifts("Set-Cookie", "sid=abc; HttpOnly; Secure; SameSite=Lax", "sid=abc; SameSite=None"));
        assertEquals(List.of(), drifts("Set-Cookie", "sid=abc; HttpOnly; Secure; SameSite=Lax", "sid=abc; secure; samesite=lax; httponly"));
    }

    @Test void aCookieWithAMadeUpNameIsTheSame() throws Exception {
        assertEquals(List.of(), drifts("Set-Cookie", "sid_8f3a11c0=1; Path=/", "sid_0b77d9e2=1; Path=/"));
        assertEquals(List.of("response.cookie.sid header_changed medium"), drifts("Set-Cookie", "sid=1", "theme=1"));
    }

    @Test void anotherPathInLocationIsMediumAndThatOfTheSameTargetNothing() throws Exception {
        List<String> other = List.of("response.header.location header_changed medium");
        assertEquals(other, redirects("/docs/a", "/Docs/A"));
        assertEquals(other, redirects("/page/1", "http://b.example/page/1"));
        assertEquals(other, redirects("https://a.example/page/1", "http://a.example/page/1"));
        assertEquals(other, redirects("/page?sort=up", "/page?sort=down"));
        assertEquals(other, redirects("/page?code=CHECKOUT", "/page?code=REFUNDED"));
        assertEquals(List.of(), redirects("/page/1", "https://a.example/page/1"));
        assertEquals(List.of(), redirects("https://A.example:443/", "HTTPS://a.example"));
    }

    @Test void freshValuesInReferencesAndFileNamesAreNoise() throws Exception {
        assertEquals(List.of(), redirects("/cb?state=9f86d081884c7d65&code=x7fqpa92kd1m", "/cb?state=2c26b46b68ffc68f&code=k2mmz81qqtrv"));
        assertEquals(List.of("response.header.location header_changed medium"), redirects("/cb?state=9f86d081884c7d65&code=x7fqpa92kd1m", "/cb?state=2c26b46b68ffc68f&fault=gone1"));
        assertEquals(List.of(), drifts("Link", "</i?cursor=Zm9vYmFyMTIzNDU2Nzg5MA==>; rel=\"next\"", "</i?cursor=cXV4/2FhMTIzNDU2Nzg5MQ==>; rel=\"next\""));
        assertEquals(List.of("response.header.link header_changed medium"), drifts("Link", "</i?cursor=Zm9vYmFyMTIzNDU2Nzg5MA==>; rel=\"next\"",
                "</i?cursor=Zm9vYmFyMTIzNDU2Nzg5MA==>; rel=\"prev\""));
        assertEquals(List.of(), drifts("Content-Disposition", "attachment; filename=export-20261124081502.csv", "attachment; filename=export-20261125093318.csv"));
        assertEquals(List.of("response.header.content-disposition header_changed low"),
                drifts("Content-Disposition", "attachment; filename=export-2026-11-24.csv", "attachment; filename=export-2026-11-25.csv"));
        assertEquals(List.of("response.header.content-disposition header_changed medium"),
                drifts("Content-Disposition", "attachment; filename=export-20261124081502.csv", "attachment; filename=export-20261124081502.txt"));
    }

    @Test void whatTheSameRequestIsToldAnewEachTimeIsNoise() throws Exception {
        List<WrittenExchange> before = new ArrayList<>();
        List<WrittenExchange> now = new ArrayList<>();
        for (String place : List.of("/room/blue", "/room/green", "/room/red")) {
            before.add(Judged.get("/h").answer(302, "text/plain", "").responseHeader("Location", place));
            now.add(Judged.get("/h").answer(302, "text/plain", "").responseHeader("Location", "/room/grey"));
        }
        assertEquals(List.of(), Judged.drifts(sessions.judge(before, now, ParityRequest.ALL)));
    }
}
