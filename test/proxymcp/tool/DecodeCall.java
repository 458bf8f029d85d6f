package proxymcp.tool;

import java.nio.file.Path;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** One exchange of the live buffer, decoded again and again: for benchmarks, which are in another package. */
public final class DecodeCall implements AutoCloseable {
    private final Tools tools;
    private final String arguments;

    /** Keeps a response. */
    public DecodeCall(Path home, byte[] body, String coding, String contentType) {
        tools = new Tools(home);
        arguments = "{\"side\":\"response\",\"exchange_id\":\"" + new Traffic(tools.live).responseHeader("Content-Type", contentType)
                .responseHeader("Content-Encoding", coding).responseBody(body).complete() + "\"}";
    }

    /** Calls the tool; the length of its result. */
    public long run() {
        JsonObject result = tools.call("proxy_decode_exchange", arguments);
        return Json.length(result, Long.MAX_VALUE);
    }

    @Override
    public void close() {
        tools.close();
    }
}
