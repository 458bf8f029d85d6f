package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other programs write, traps included: files of our own making, and what a reader of the session must find. */
@Timeout(60)
final class HarImportTest {
    @TempDir
    Path folder;

    private HarImports imports;

    @BeforeEach
    void begin() {
        imports = new HarImports(folder);
    }

    @AfterEach
    void close() throws Exception {
        imports.close();
    }

    private ImportedHar imported(String name) throws Exception {
        return imports.run(HarImports.fixture(name));
    }

    @Test
    void dummy() throws Exception {
        for (String name : List.of("chrome.har", "odd-values.har", "bodies.har", "pairs.har", "bom.har", "jsonp.harp")) {
            ImportedHar har = imported(name);
            System.out.println(imports.shown(har) + HarImports.warnings(har) + har.warningCounts() + imports.indexedUrls(har));
        }
    }
}
