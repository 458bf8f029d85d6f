package proxymcp.mcp;

import com.sun.net.httpserver.Headers;
import java.util.Optional;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcId;
import proxymcp.rpc.RpcMessage;

/** Decides the revision of a message that came over HTTP, and checks the headers that must repeat what it says. */
final class HttpEra {
    static final String VERSION_HEADER = "MCP-Protocol-Version";

    private HttpEra() {
    }

    /**
     * The revision of a request; the order of the checks is the one that clients expect.
     *
     * @throws HttpRefusal 400, or 404 for a method that the modern revision does not have
     */
    static Revision of(RpcMessage.Request request, Headers headers, McpServer server) throws HttpRefusal {
        if (Handshake.isModern(request)) {
            checkModern(request, headers);
            if (!server.offers(request.method(), Revision.MODERN)) {
                throw new HttpRefusal(404, new RpcException(new RpcError(RpcError.METHOD_NOT_FOUND,
                        "Method not found: " + request.method()), Optional.of(request.id())));
            }
            return Revision.MODERN;
        }
        Optional<String> version = HttpHeader.single(headers, VERSION_HEADER);
        boolean namesModern = version.isPresent() && version.get().equals(Revision.MODERN.text());
        if (request.method().equals("initialize")) {
            if (namesModern) {
                throw mismatch("initialize does not exist in the revision that " + VERSION_HEADER + " names", request.id());
            }
            // What else the header says does not count: the revision is negotiated in the body.
            return Revision.NEWEST_LEGACY;
        }
        if (namesModern) {
            throw refused(Params.invalid("_meta: expected the keys that " + Revision.MODERN.text() + " requires"), request.id());
        }
        return legacy(headers, Optional.of(request.id()));
    }

    /**
     * The revision of a message of the initialize era. Without sessions only the header tells; clients of the
     * revision before the header send none.
     *
     * @throws HttpRefusal 400 if the header names something else
     */
    static Revision legacy(Headers headers, Optional<RpcId> id) throws HttpRefusal {
        if (!headers.containsKey(VERSION_HEADER)) {
            return Revision.R2025_03_26;
        }
        Optional<String> version = HttpHeader.single(headers, VERSION_HEADER);
        Optional<Revision> revision = version.isPresent() ? Revision.named(version.get()) : Optional.empty();
        if (revision.isEmpty() || revision.get().isModern()) {
            throw new HttpRefusal(400, new RpcException(new RpcError(RpcError.INVALID_REQUEST,
                    "Bad request: unsupported " + VERSION_HEADER + "; served are 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25"
                    + " after initialize, and 2026-07-28"), id));
        }
        return revision.get();
    }

    private static void checkModern(RpcMessage.Request request, Headers headers) throws HttpRefusal {
        Optional<String> header = HttpHeader.single(headers, VERSION_HEADER);
        try {
            String version = Handshake.namedVersion(request);
            if (header.isPresent() && !header.get().equals(version)) {
                throw mismatch(VERSION_HEADER + " and _meta name different revisions", request.id());
            }
            Handshake.requireServed(version);
        } catch (RpcException refusal) {
            throw refused(refusal, request.id());
        }
        if (header.isEmpty()) {
            throw mismatch(VERSION_HEADER + ": missing, or given with different values", request.id());
        }
        requireHeader(headers, "Mcp-Method", Optional.of(request.method()), request.id());
        requireHeader(headers, "Mcp-Name", named(request), request.id());
    }

    /** What {@code Mcp-Name} must repeat; empty for methods that need none. */
    private static Optional<String> named(RpcMessage.Request request) {
        return switch (request.method()) {
            case "tools/call", "prompts/get" -> request.params().string("name");
            case "resources/read" -> request.params().string("uri");
            case "tasks/get", "tasks/update", "tasks/cancel" -> request.params().string("taskId");
            default -> Optional.empty();
        };
    }

    private static void requireHeader(Headers headers, String name, Optional<String> expected, RpcId id) throws HttpRefusal {
        if (expected.isEmpty()) {
            return;
        }
        Optional<String> value = HttpHeader.single(headers, name);
        Optional<String> decoded = value.isPresent() ? HttpHeader.decoded(value.get()) : Optional.empty();
        if (decoded.isEmpty()) {
            throw mismatch(name + ": missing, malformed, or given with different values", id);
        }
        if (!decoded.get().equals(expected.get())) {
            throw mismatch(name + " does not repeat what the message says", id);
        }
    }

    private static HttpRefusal mismatch(String complaint, RpcId id) {
        return HttpRefusal.badRequest(new RpcError(RpcError.HEADER_MISMATCH, "Header mismatch: " + complaint), id);
    }

    private static HttpRefusal refused(RpcException refusal, RpcId id) {
        return HttpRefusal.badRequest(refusal.error(), id);
    }
}
