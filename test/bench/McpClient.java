package bench;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;

/** The smallest MCP client over stdio: one call at a time to the jar under test, with an own home. */
final class McpClient implements Closeable {
    private final Process process;
    private final BufferedReader in;
    private int nextId = 1;

    McpClient(Path home) throws IOException {
        process = new ProcessBuilder(Child.java(), "-jar", System.getProperty("proxymcp.jar"), "--home", home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        JsonObject info = JsonObject.builder().put("name", "demo").put("version", "1").build();
        request("initialize", JsonObject.builder().put("protocolVersion", "2025-11-25").put("capabilities", JsonObject.EMPTY)
                .put("clientInfo", info).build());
        send(JsonObject.builder().put("jsonrpc", "2.0").put("method", "notifications/initialized").build());
    }

    /** Calls a tool and returns its structured result. */
    JsonObject call(String tool, JsonObject arguments) throws IOException {
        JsonObject result = request("tools/call", JsonObject.builder().put("name", tool).put("arguments", arguments).build());
        return result.object("structuredContent").orElseThrow(() -> new IOException(tool + " answered " + result));
    }

    private JsonObject request(String method, JsonObject params) throws IOException {
        int id = nextId++;
        send(JsonObject.builder().put("jsonrpc", "2.0").put("id", id).put("method", method).put("params", params).build());
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonObject message = (JsonObject) Json.parse(line);
            if (message.has("id")) {
                String answer = line;
                return message.object("result").orElseThrow(() -> new IOException(method + " answered " + answer));
            }
        }
        throw new IOException("the server ended");
    }

    private void send(JsonObject message) throws IOException {
        process.getOutputStream().write((Json.text(message) + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Ends the server as a host does: end of stdin. Returns how long it took to go, in milliseconds. */
    long end() throws IOException {
        long start = System.nanoTime();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                throw new IOException("the server did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
