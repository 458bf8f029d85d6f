package proxymcp.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonObject;

/** A running MCP server, asked over HTTP in the stateless revision. */
final class RemoteServer {
    private static final String REVISION = "2026-07-28";
    private static final String META = "io.modelcontextprotocol/";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final URI url;
    private final Optional<String> token;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();

    /**
     * A server at {@code url}.
     *
     * @param token what it asks for
     * @throws BadCommandLine if {@code url} is none
     */
    RemoteServer(String url, Optional<String> token) throws BadCommandLine {
        try {
            this.url = new URI(url);
        } catch (java.net.URISyntaxException e) {
            throw new BadCommandLine("--url: " + Terminal.clean(e.getMessage()));
        }
        this.token = token;
    }

    /**
     * Calls a method.
     *
     * @param name value of the Mcp-Name header, where the method has one
     * @return the member {@code result}
     * @throws CouldNotStart if there is no such server, or it answers with an error
     */
    JsonObject call(String method, JsonObject params, Optional<String> name) throws CouldNotStart, InterruptedException {
        JsonObject meta = JsonObject.builder().put(META + "protocolVersion", REVISION)
                .put(META + "clientCapabilities", JsonObject.EMPTY).build();
        JsonObject message = JsonObject.builder().put("jsonrpc", "2.0").put("id", 1).put("method", method)
                .put("params", JsonObject.builder().putAll(params).put("_meta", meta).build()).build();
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(url).header("Content-Type", "application/json")
                    .header("Accept", "application/json, text/event-stream").header("MCP-Protocol-Version", REVISION)
                    .header("Mcp-Method", method);
            name.ifPresent(value -> request.header("Mcp-Name", value));
            token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        } catch (IllegalArgumentException e) {
            throw new CouldNotStart(Terminal.clean(e.getMessage()));
        }
        return result(send(request.POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(message))).build()));
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws CouldNotStart, InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new CouldNotStart("no answer from " + url + " (" + e.getClass().getSimpleName() + "); is the server running?");
        }
    }

    private JsonObject result(HttpResponse<byte[]> response) throws CouldNotStart {
        if (response.statusCode() == 401) {
            throw new CouldNotStart(url + " asks for a token: give it with --token");
        }
        try {
            JsonObject answer = Json.parse(response.body()) instanceof JsonObject object ? object : JsonObject.EMPTY;
            Optional<JsonObject> result = answer.object("result");
            if (result.isPresent()) {
                return result.get();
            }
            String error = answer.object("error").flatMap(object -> object.string("message")).orElse("an answer that is no MCP");
            throw new CouldNotStart(url + " answered HTTP " + response.statusCode() + ": " + Terminal.clean(error));
        } catch (JsonException e) {
            throw new CouldNotStart(url + " answered HTTP " + response.statusCode() + " with something that is no MCP; the URL ends in /mcp");
        }
    }

    /** Whether a result of tools/call says that the tool failed. */
    static boolean isError(JsonObject result) {
        return result.get("isError").orElse(JsonNull.NULL).toString().equals("true");
    }
}
