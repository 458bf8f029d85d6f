package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.har.HarFile.at;
import static proxymcp.har.HarFile.number;
import static proxymcp.har.HarFile.text;
import static proxymcp.har.HarSession.utf8;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.json.JsonObject;
import proxymcp.store.CaptureProfile;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionId;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** A session whose log was damaged is exported: every exchange has its entry, and one that lost something is named. */
@Timeout(120)
final class HarDamageTest {
    /** Larger than what is held while an entry is written, so that damage shows only on the way. */
    private static final int LONG_BYTES = 200_000;
    private static final int FLIPS = 400;

    @TempDir
    Path home;

    private record Exported(HarFile file, List<HarWarning> warnings) {
        boolean isWarned(long seq) {
            return warnings.stream().anyMatch(warning -> warning.kind().equals("damaged") && warning.seqs().contains(seq));
        }
    }

    private Exported export(SessionId id) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SessionCatalog catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC())) {
            HarExport.Written written = catalog.read(id, session -> HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY));
            return new Exported(HarFile.of(out.toByteArray()), written.warnings());
        }
    }

    private SessionId record() throws Exception {
        try (HarSession session = new HarSession(home, CaptureProfile.FULL)) {
            session.request("POST /a HTTP/1.1\r\nHost: a.test").sending(utf8("sent")).hint("HTTP/1.1 103 Early Hints")
                    .answered("HTTP/1.1 200 OK\r\nContent-Type: text/plain").with(utf8("received")).record();
            session.body("Content-Type: image/png", new byte[LONG_BYTES]);
            session.body("Content-Type: text/plain", utf8("x".repeat(LONG_BYTES)));
            session.body("Content-Type: text/plain\r\nContent-Encoding: gzip", HarBodyTest.gzip(utf8("zipped")));
            return session.writer.id();
        }
    }

    @Test
    void everyExchangeHasItsEntryAndThoseThatLostSomethingAreNamed() throws Exception {
        SessionId id = record();
        HarFile whole = export(id).file();
        Path segment = home.resolve("sessions").resolve(id.text()).resolve("segment-000001.seg");
        byte[] octets = Files.readAllBytes(segment);
        List<Integer> harmed = new ArrayList<>();
        for (int flip = 0; flip < FLIPS; flip++) {
            // Half of them where the records of heads and ends are, the others all over the long bodies.
            int at = flip % 2 == 0 ? flip * 5 : (int) ((long) octets.length * flip / FLIPS);
            byte[] damaged = octets.clone();
            damaged[at] ^= 0x10;
            Files.write(segment, damaged);
            Exported exported = export(id);
            assertEquals(4, exported.file().entries(), "damaged at " + at);
            for (int i = 0; i < 4; i++) {
                JsonObject entry = exported.file().entry(i);
                if (exported.isWarned(i + 1)) {
                    harmed.add(at);
                    assertTrue(text(entry, "comment").startsWith("damaged on disk: "), "damaged at " + at);
                    assertEquals(text(whole.entry(i), "request.url"), text(entry, "request.url"), "damaged at " + at);
                } else {
                    assertEquals(whole.entry(i), entry, "entry " + i + " of a log damaged at " + at);
                }
            }
        }
        assertTrue(harmed.size() > FLIPS / 2, "only " + harmed + " did harm");
    }

    @Test
    void aBodyEndsBeforeItsDamage() throws Exception {
        SessionId id = record();
        Path segment = home.resolve("sessions").resolve(id.text()).resolve("segment-000001.seg");
        byte[] octets = Files.readAllBytes(segment);
        int inText = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("x".repeat(60_000)) + 140_000;
        octets[inText] ^= 1;
        Files.write(segment, octets);
        Exported exported = export(id);
        JsonObject entry = exported.file().entry(2);
        String kept = text(entry, "response.content.text");
        assertTrue(!kept.isEmpty() && kept.length() < LONG_BYTES && kept.equals("x".repeat(kept.length())), kept.length() + " octets");
        assertEquals(LONG_BYTES, number(entry, "response._rawBody.kept"));
        assertTrue(text(entry, "response.content.comment").startsWith("damaged on disk: "), at(entry, "response.content").toString());
        assertTrue(exported.isWarned(3));
    }
}
