package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Mutations;

/** Whatever a file holds, it becomes a session that can be read and exported, or is refused with a reason and leaves nothing. */
@Timeout(7_200)
final class HarFuzzTest {
    /** An import makes files. */
    private static final int CASES = Math.max(200, Mutations.CASES / 25);

    @TempDir
    Path folder;

    @Test
    void filesAreImportedOrRefused() throws IOException {
        List<byte[]> models = new ArrayList<>();
        for (String name : List.of("bodies.har", "bom.har", "chrome.har", "jsonp.harp", "odd-values.har", "pairs.har")) {
            models.add(Files.readAllBytes(HarImports.fixture(name)));
        }
        Mutations files = Mutations.of(models, "{", "}", "[", "]", "\"", ",", ":", "null", "-1", "1e400", "true", "\\u0000", "\\ud800", "\0", "\u00ff", "\"entries\":", "\"request\":", "\"url\":\"\"",
                "\"encoding\":\"base64\",", "\"_webSocketMessages\":[{\"opcode\":1}],", "\"status\":99999,", "\"startedDateTime\":1,", "\"headers\":{}");
        try (HarImports imports = new HarImports(folder)) {
            files.run(CASES, (octets, random) -> {
                Path file = imports.file("fuzz.har", octets);
                try {
                    ImportedHar imported = imports.run(file);
                    imports.whole(imported);
                    imports.catalog.delete(imported.session().id());
                } catch (HarImportException e) {
                    assertTrue(!e.getMessage().isBlank() && imports.catalog.ids().isEmpty());
                }
                assertTrue(imports.isClean());
            });
        }
    }
}
