package proxymcp.diff;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.codec.Charsets;
import proxymcp.codec.Codings;
import proxymcp.codec.Preview;
import proxymcp.decode.GraphQlDocument;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;
import proxymcp.store.StoredExchange;

/** What a request asks for where many operations share one path: GraphQL, JSON-RPC, gRPC, SOAP and the like. */
final class OperationName {
    static final int CHARS_MAX = 120;
    private static final int BATCH_MAX = 8;
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int HASH_CHARS = 16;
    /** One of them stands in every JSON body that names an operation: others are not parsed. */
    private static final List<String> SIGNS = List.of("\"query\"", "\"method\"", "\"operationName\"", "\"persistedQuery\"");

    private final StoredExchange exchange;
    private final Fields fields;

    OperationName(StoredExchange exchange) {
        this.exchange = exchange;
        this.fields = exchange.exchange().start().head().fields();
    }

    /** The name, at most {@value #CHARS_MAX} characters; empty if there is none. */
    String text() {
        String name = ofHead().or(this::ofUrl).or(this::ofBody).orElse("");
        return name.length() <= CHARS_MAX ? name : name.substring(0, CHARS_MAX - 1) + "…";
    }

    private Optional<String> ofHead() {
        String contentType = fields.first("Content-Type").orElse("");
        String type = Charsets.mediaType(contentType);
        if (type.startsWith("application/grpc") || type.startsWith("application/connect+")) {
            String path = RequestShape.pathOf(exchange.exchange().start().path());
            return Optional.of(path.substring(path.lastIndexOf('/') + 1));
        }
        Optional<String> action = fields.first("SOAPAction");
        if (action.isEmpty() && type.equals("application/soap+xml") && contentType.contains("action=")) {
            // SOAP 1.2 has the action as a parameter of the media type (RFC 3902 section 2).
            String behind = contentType.substring(contentType.indexOf("action=") + "action=".length());
            action = Optional.of(behind.split(";")[0]);
        }
        return action.map(value -> value.replace("\"", "").strip()).filter(value -> !value.isEmpty()).or(() -> fields.first("X-Amz-Target"));
    }

    private Optional<String> ofUrl() {
        String target = exchange.exchange().start().path();
        int question = target.indexOf('?');
        return question < 0 ? Optional.empty() : ofParameters(target.substring(question + 1));
    }

    private Optional<String> ofBody() {
        if (exchange.requestBody().kept() == 0) {
            return Optional.empty();
        }
        String type = Charsets.mediaType(fields.first("Content-Type").orElse(""));
        boolean json = type.equals("application/json") || type.endsWith("+json") || type.equals("text/plain") || type.isEmpty()
                || type.startsWith("application/json") || type.equals("text/json");
        boolean form = type.equals("application/x-www-form-urlencoded");
        boolean graphQl = type.equals("application/graphql");
        if (!json && !form && !graphQl) {
            return Optional.empty();
        }
        String text = body().strip();
        if (graphQl) {
            return ofDocument(text, Optional.empty());
        }
        return form ? ofParameters(text) : ofJson(text);
    }

    /** The request body as text; empty where it cannot be read whole. */
    private String body() {
        byte[] coded;
        try (InputStream in = exchange.requestBody().open()) {
            coded = in.readNBytes(BODY_BYTES_MAX);
        } catch (IOException e) {
            return ""; // A damaged body names nothing; whoever compares it says that it is damaged.
        }
        Preview content = Codings.decodePreview(coded, exchange.exchange().requestContentFields().all("Content-Encoding"), BODY_BYTES_MAX);
        return new String(content.bytes(), StandardCharsets.UTF_8);
    }

    /** The operation of JSON text: one, or those of a batch. */
    static Optional<String> ofJson(String text) {
        if (text.isEmpty() || "{[".indexOf(text.charAt(0)) < 0 || SIGNS.stream().noneMatch(text::contains)) {
            return Optional.empty();
        }
        JsonValue value;
        try {
            value = Json.parse(text);
        } catch (JsonException e) {
            return Optional.empty();
        }
        if (value instanceof JsonObject object) {
            return ofObject(object);
        }
        // A batch is what it holds: how often and in which order depends on what the page drew first.
        Set<String> names = new TreeSet<>();
        for (JsonValue item : value instanceof JsonArray array ? array.values() : List.<JsonValue>of()) {
            if (item instanceof JsonObject object) {
                ofObject(object).ifPresent(names::add);
            }
        }
        List<String> first = names.stream().limit(BATCH_MAX).toList();
        return names.isEmpty() ? Optional.empty()
                : Optional.of(String.join(",", first) + (names.size() > BATCH_MAX ? ",+" + (names.size() - BATCH_MAX) : ""));
    }

    private static Optional<String> ofObject(JsonObject request) {
        Optional<String> method = request.string("method");
        if (method.isPresent() && (request.has("jsonrpc") || request.has("params") && request.has("id"))) {
            return method;
        }
        Optional<String> name = request.string("operationName").filter(text -> !text.isEmpty());
        Optional<String> query = request.string("query");
        Optional<String> named = query.flatMap(text -> ofDocument(text, name));
        if (named.isPresent() || query.isPresent() && name.isEmpty() && !request.has("extensions")) {
            return named;
        }
        return name.or(() -> request.object("extensions").flatMap(OperationName::persisted));
    }

    private static Optional<String> persisted(JsonObject extensions) {
        return extensions.object("persistedQuery").flatMap(persisted -> persisted.string("sha256Hash"))
                .map(hash -> hash.substring(0, Math.min(HASH_CHARS, hash.length())));
    }

    /** The name of what a GraphQL document runs; without one its kind and fields. */
    private static Optional<String> ofDocument(String text, Optional<String> operationName) {
        if (text.indexOf('{') < 0) {
            return Optional.empty();
        }
        return GraphQlDocument.read(text, operationName).map(document -> operationName.or(document::name)
                .orElseGet(() -> document.kind() + "{" + String.join(",", document.fields()) + "}"));
    }

    /** The operation of a query or form: GraphQL over GET, and clients that post a form. */
    static Optional<String> ofParameters(String text) {
        Optional<String> name = Optional.empty();
        Optional<String> document = Optional.empty();
        Optional<String> extensions = Optional.empty();
        for (String parameter : text.split("&")) {
            int equals = parameter.indexOf('=');
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            switch (equals < 0 ? "" : parameter.substring(0, equals)) {
                case "operationName" -> name = Optional.of(decoded(value)).filter(found -> !found.isEmpty());
                case "query" -> document = Optional.of(decoded(value));
                case "extensions" -> extensions = Optional.of(decoded(value));
                default -> { }
            }
        }
        Optional<String> found = name.isPresent() ? name : document.flatMap(query -> ofDocument(query, Optional.empty()));
        return found.isPresent() ? found : extensions.flatMap(OperationName::ofExtensions);
    }

    private static Optional<String> ofExtensions(String text) {
        try {
            return Json.parse(text) instanceof JsonObject extensions ? persisted(extensions) : Optional.empty();
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // Not percent-encoded as it should be: taken as it stands.
        }
    }
}
