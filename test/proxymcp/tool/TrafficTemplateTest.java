package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ResourceTemplate;

final class TrafficTemplateTest {
    @TempDir
    Path folder;

    private Tools tools;
    private ResourceTemplate template;

    @BeforeEach
    void makeTools() {
        tools = new Tools(folder.resolve("home"));
        template = tools.toolbox.templates().get(0);
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private Optional<ResourceContents> read(String id) throws Exception {
        return template.family().read(Map.of("exchange_id", id), CallContext.detached(CallOrigin.STDIO));
    }

    @Test
    void anExchangeIsReadById() throws Exception {
        new Traffic(tools.live).request("GET", "a.example", "/read-me").complete();
        Exchange exchange = tools.live.snapshot().get(0);
        ResourceContents.Text contents = (ResourceContents.Text) read(exchange.id()).orElseThrow();
        assertTrue(contents.text().contains("/read-me") && contents.text().contains(exchange.id()), contents.text());
    }

    @Test
    void whatIsNoExchangeIsNoResource() throws Exception {
        assertEquals(Optional.empty(), read("00000000-0000-4000-8000-000000000000"));
        assertEquals(Optional.empty(), read("../status"));
        assertEquals(Optional.empty(), read(""));
    }

    @Test
    void idsAreCompletedTheNewestFirst() throws Exception {
        new Traffic(tools.live).request("GET", "a.example", "/1").complete();
        new Traffic(tools.live).request("GET", "a.example", "/2").complete();
        List<Exchange> kept = tools.live.snapshot();
        assertEquals(List.of(kept.get(1).id(), kept.get(0).id()), template.family().complete("exchange_id", "", Map.of()));
        assertEquals(List.of(kept.get(0).id()), template.family().complete("exchange_id", kept.get(0).id().substring(0, 20), Map.of()));
        assertEquals(List.of(), template.family().complete("exchange_id", "zzz", Map.of()));
    }
}
