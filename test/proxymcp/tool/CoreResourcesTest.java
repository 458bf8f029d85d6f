package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.json.Json;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.CallOrigin;
import proxymcp.mcp.Resource;
import proxymcp.mcp.ResourceContents;

final class CoreResourcesTest {
    @TempDir
    Path folder;

    private Tools tools;

    @BeforeEach
    void makeTools() {
        tools = new Tools(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        tools.close();
    }

    private ResourceContents.Text read(String uri) throws Exception {
        for (Resource resource : tools.toolbox.resources()) {
            if (resource.uri().equals(uri)) {
                return (ResourceContents.Text) resource.reader().read(CallContext.detached(CallOrigin.STDIO));
            }
        }
        throw new AssertionError("no resource " + uri);
    }

    @Test
    void theResourcesOfTheContractAreThere() {
        List<String> uris = new ArrayList<>();
        tools.toolbox.resources().forEach(resource -> uris.add(resource.uri() + " " + resource.name()));
        assertEquals(List.of("proxy://status proxy_status", "proxy://ca-cert proxy_ca_cert", "proxy://traffic/summary proxy_traffic_summary",
                "proxy://sessions proxy_sessions", "proxy://replay proxy_replays",
                "proxy://interceptors proxy_interceptors", "proxy://chrome/primary proxy_chrome_primary", "proxy://chrome/targets proxy_chrome_targets"),
                uris);
    }

    @Test
    void statusHoldsTheMembersOfTheTool() throws Exception {
        tools.call("proxy_start", "{}");
        String tool = Json.text(tools.call("proxy_status", "{}"));
        assertEquals(tool, "{\"status\":\"success\"," + read("proxy://status").text().substring(1));
    }

    @Test
    void theCertificateIsPem() throws Exception {
        ResourceContents.Text pem = read("proxy://ca-cert");
        assertEquals("application/x-pem-file", pem.mimeType().orElseThrow());
        assertTrue(pem.text().startsWith("-----BEGIN CERTIFICATE-----\n"));
        assertEquals(Tools.text(tools.call("proxy_get_ca_cert", "{}"), "certPem"), pem.text());
    }

    @Test
    void theSummaryCounts() throws Exception {
        assertEquals("{\"totalExchanges\":0,\"methods\":{},\"statuses\":{},\"states\":{},\"topHostnames\":[],\"avgDurationMs\":null,"
                + "\"tls\":{\"exchangesWithTls\":0,\"topJa3\":[],\"topJa4\":[]},\"streams\":{}}", read("proxy://traffic/summary").text());
        new Traffic(tools.live).request("GET", "b.example", "/").complete();
        new Traffic(tools.live).request("POST", "a.example", "/").status(500).complete();
        new Traffic(tools.live).request("GET", "a.example", "/").failed(ErrorClass.DNS, "no");
        assertEquals("{\"totalExchanges\":3,\"methods\":{\"GET\":2,\"POST\":1},\"statuses\":{\"200\":1,\"500\":1},\"states\":{\"complete\":2,\"dns\":1},"
                + "\"topHostnames\":[{\"host\":\"a.example\",\"count\":2},{\"host\":\"b.example\",\"count\":1}],\"avgDurationMs\":6,"
                + "\"tls\":{\"exchangesWithTls\":0,\"topJa3\":[],\"topJa4\":[]},\"streams\":{}}", read("proxy://traffic/summary").text());
    }
}
