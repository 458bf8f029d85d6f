package proxymcp.tool;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of the tools of replay begin with: the tools, and an origin that counts. */
abstract class OfReplay {
    @TempDir
    Path folder;

    Tools tools;
    ReplayOrigin origin;

    @BeforeEach
    void begin() throws Exception {
        tools = new Tools(folder.resolve("home"));
        origin = new ReplayOrigin();
    }

    @AfterEach
    void close() {
        origin.close();
        tools.close();
    }
}
