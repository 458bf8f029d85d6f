package proxymcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.Exchange;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.WireWriter;
import proxymcp.replay.FilledSession.Sample;

/** What other programs recorded in forms that HTTP/1 does not have, as it is sent. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class RecordedRequestTest {
    private static final SendSettings ALL = new SendSettings(new Safety(true, Set.of()), Optional.empty(), 1_000, Optional.empty(), Optional.empty(),
            Optional.empty(), false);

    @TempDir
    private Path home;

    private static Changed ready(ItemChanges.Outcome outcome) {
        return assertInstanceOf(ItemChanges.Outcome.Ready.class, outcome, outcome::toString).changed();
    }

    private static String head(Changed changed) {
        return new String(WireWriter.octets(changed.request().head()), StandardCharsets.ISO_8859_1);
    }

    private static Skip.Reason refused(ItemChanges.Outcome outcome) {
        return assertInstanceOf(ItemChanges.Outcome.Skipped.class, outcome).skip().reason();
    }

    private static Fields fields(String... namesAndValues) {
        Fields.Builder fields = new Fields.Builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.addRecorded(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields.build();
    }

    @Test void pseudoHeadersOfHttp2MakeTheHostAndCookiesBecomeOne() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/p?q").to(new Endpoint("https", "a.test", 8443)).as(HttpVersion.HTTP_2, fields(":method", "GET", ":path", "/p?q",
                    ":authority", "a.test:8443", "accept", "*/*", "cookie", "a=1", "x", "y", "cookie", "b=2")));
            Changed changed = ready(filled.request(1, ALL));
            assertEquals("GET /p?q HTTP/1.1\r\nHost: a.test:8443\r\naccept: */*\r\ncookie: a=1; b=2\r\nx: y\r\n\r\n", head(changed).replaceAll(":  ", ": "));
            assertEquals(2, changed.changes().size());
        }
    }

    @Test void aBodyWithoutALengthGetsOne() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/").method("POST").as(HttpVersion.HTTP_2, fields("host", "a.test")).body("hello", true));
            Changed changed = ready(filled.request(1, ALL));
            assertEquals(Optional.of("5"), changed.request().head().fields().first("Content-Length"));
            assertEquals("hello", new String(changed.request().body().open().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test void aBodyThatWasRecordedDecodedLosesItsCoding() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/").method("POST").as(HttpVersion.HTTP_1_1, fields("Host", "a.test", "Content-Encoding", "gzip",
                    "Content-Length", "31", "Content-MD5", "x")).body("hello", true).ended(200, true, Exchange.REQUEST_HELD_DECODED));
            Fields sent = ready(filled.request(1, ALL)).request().head().fields();
            assertEquals(List.of("Host", "Content-Length"), sent.lines().stream().map(Fields.Line::name).toList());
            assertEquals(Optional.of("5"), sent.first("Content-Length"));
        }
    }

    @Test void anAnnouncedBodyThatIsNotThereIsRefused() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            Sample announced = Sample.get("a.test", "/").method("POST").as(HttpVersion.HTTP_1_1, fields("Host", "a.test", "Content-Length", "31"));
            filled.add(announced).add(announced.ended(0, false));
            assertEquals(Skip.Reason.BODY_NOT_CAPTURED, refused(filled.request(1, ALL)));
            assertEquals(Skip.Reason.INCOMPLETE_REQUEST, refused(filled.request(2, ALL)));
        }
    }

    @Test void twoHostsAreNoRequest() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/").as(HttpVersion.HTTP_1_1, fields("Host", "a.test", "Host", "b.test")));
            assertEquals(Skip.Reason.NOT_SENDABLE, refused(filled.request(1, ALL)));
        }
    }

    @Test void aFieldThatMakesTheMethodUnsafeIsHeldBack() throws Exception {
        try (FilledSession filled = new FilledSession(home)) {
            filled.add(Sample.get("a.test", "/").as(HttpVersion.HTTP_1_1, fields("Host", "a.test", "X-HTTP-Method-Override", "delete")));
            assertEquals(Skip.Reason.UNSAFE, refused(filled.request(1, SendSettings.DEFAULT)));
            ready(filled.request(1, ALL));
        }
    }
}
