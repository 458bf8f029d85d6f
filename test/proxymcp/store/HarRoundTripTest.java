package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.har.HarExport;
import proxymcp.har.HarFile;
import proxymcp.har.HarImport;
import proxymcp.har.ImportedHar;

/** A session that leaves as HAR and comes back is the same session, octet for octet. Here because {@link ExchangeText} is. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class HarRoundTripTest {
    @TempDir
    Path home;

    @Test
    void everyKindOfExchangeComesBackEqual() throws Exception {
        try (SessionCatalog catalog = TestStore.catalog(home.resolve("sessions"), TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            SampleTraffic traffic = new SampleTraffic(writer.sink());
            traffic.everyKind(150);
            traffic.changedByRule();
            catalog.end(writer);
            Path file = home.resolve("session.har");
            Session session = catalog.open(writer.id());
            try (OutputStream out = Files.newOutputStream(file)) {
                assertEquals(List.of(), HarExport.write(session, SessionQuery.ALL, true, out, Unwatched.NOBODY).warnings());
            }
            assertEquals(traffic.noted().size(), HarFile.of(Files.readAllBytes(file)).entries(), "entries of a file that fits the schema");
            ImportedHar imported = new HarImport(catalog, home, new HarImport.Request(file, "again", true, OptionalLong.empty()), Unwatched.NOBODY).run();
            assertEquals(List.of(), imported.warnings());
            assertEquals(texts(session), texts(catalog.open(imported.session().id())));
            assertEquals(traffic.noted().size(), imported.total());
            assertEquals(List.of(), catalog.verify(imported.session().id(), VerifyLevel.DEEP, Unwatched.NOBODY).damage());
        }
    }

    private static List<String> texts(Session session) throws Exception {
        List<String> texts = new ArrayList<>();
        for (long seq = 1; seq <= session.lastSeq(); seq++) {
            texts.add(ExchangeText.of(session.exchange(seq).orElseThrow()));
        }
        return texts;
    }
}
