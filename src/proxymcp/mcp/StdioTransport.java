package proxymcp.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonLimits;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonValue;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;
import proxymcp.rpc.RpcId;
import proxymcp.rpc.RpcMessage;

/**
 * MCP over a pair of streams: one message a line, UTF-8.
 *
 * <p>Owner of reading, and of the session's revision: the thread in {@link #serve}, which must be a platform thread
 * (reading stdin blocks its carrier) and which answers what needs no work, so that a ping or a cancellation never
 * waits for a tool. Every other request has a virtual thread.
 */
public final class StdioTransport {
    private static final int LINE_BYTES_MAX = 16 << 20;
    private static final JsonLimits LIMITS = new JsonLimits(200, LINE_BYTES_MAX);
    /** After the end of stdin: for calls to finish by themselves, as a shell pipe wants, and then to stop. */
    private static final long FINISH_MILLIS = 200;
    private static final long STOP_MILLIS = 200;

    private final McpServer server;
    private final LineReader lines;
    private final LineWriter out;
    private final Answers single;
    private final RunningCalls calls = new RunningCalls();
    /** Until the handshake: what early requests of the initialize era are taken for. */
    private Revision revision = Revision.NEWEST_LEGACY;
    private boolean initialized;
    private boolean firstLine = true;

    /**
     * A transport over these streams; neither is closed.
     *
     * @param in where messages come from
     * @param out where answers go, and nothing else; unbuffered, as every line is one write
     */
    public StdioTransport(McpServer server, InputStream in, OutputStream out) {
        this.server = server;
        this.lines = new LineReader(in, LINE_BYTES_MAX);
        this.out = new LineWriter(out);
        this.single = new Answers.Single(this.out);
    }

    /**
     * Serves until the end of the input. Calls that still run then have a moment to finish, are cancelled, and have a
     * moment to stop: it returns within 0.4 s of the end.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for them
     */
    public void serve() throws InterruptedException {
        try {
            LineReader.Line line = lines.next();
            while (!(line instanceof LineReader.Line.End)) {
                if (line instanceof LineReader.Line.Bytes bytes) {
                    receive(bytes.bytes());
                } else {
                    single.give(new RpcMessage.Failure(Optional.empty(), new RpcError(RpcError.INVALID_REQUEST,
                            "Invalid request: the line is longer than " + LINE_BYTES_MAX + " bytes")));
                }
                line = lines.next();
            }
        } catch (IOException broken) {
            // A broken pipe is the end of the input as well.
            Log.fault("reading stdin", broken);
        }
        calls.awaitNone(FINISH_MILLIS);
        calls.cancelAll();
        calls.awaitNone(STOP_MILLIS);
    }

    private void receive(byte[] raw) {
        byte[] line = firstLine ? withoutByteOrderMark(raw) : raw;
        firstLine = false;
        if (isBlank(line)) {
            return;
        }
        try {
            JsonValue value = RpcMessage.parseText(line, LIMITS);
            if (value instanceof JsonArray batch) {
                receiveBatch(batch);
            } else {
                receive(RpcMessage.of(value), single);
            }
        } catch (RpcException refused) {
            single.give(refused.response());
        }
    }

    private void receive(RpcMessage message, Answers answers) {
        if (message instanceof RpcMessage.Request request) {
            receiveRequest(request, answers);
        } else if (message instanceof RpcMessage.Notification notification) {
            receiveNotification(notification);
        }
        // A response answers nothing: this server sends no requests.
    }

    private void receiveNotification(RpcMessage.Notification notification) {
        if (notification.method().equals("notifications/cancelled")) {
            Optional<RpcId> id = RpcId.of(notification.params().get("requestId").orElse(JsonNull.NULL));
            Optional<CallContext> call = id.isPresent() ? calls.find(id.get()) : Optional.empty();
            if (call.isPresent()) {
                call.get().cancel();
            }
        }
    }

    private void receiveRequest(RpcMessage.Request request, Answers answers) {
        Revision spoken;
        try {
            spoken = revisionOf(request);
        } catch (RpcException refused) {
            answers.give(new RpcMessage.Failure(Optional.of(request.id()), refused.error()));
            return;
        }
        CallContext context = new CallContext(CallOrigin.STDIO, progressOf(request, spoken));
        if (!McpServer.mayTakeLong(request.method())) {
            answers.give(server.answer(request, spoken, context));
        } else if (calls.add(request.id(), context)) {
            Thread.ofVirtual().name("call").start(() -> run(request, spoken, context, answers));
        } else {
            answers.give(new RpcMessage.Failure(Optional.of(request.id()), new RpcError(RpcError.INVALID_REQUEST,
                    "Invalid request: a request with this id is still running")));
        }
    }

    private void run(RpcMessage.Request request, Revision spoken, CallContext context, Answers answers) {
        try {
            RpcMessage.Response response = server.answer(request, spoken, context);
            if (context.cancelled()) {
                answers.skip();
            } else {
                answers.give(response);
            }
        } finally {
            calls.remove(request.id());
        }
    }

    private Revision revisionOf(RpcMessage.Request request) throws RpcException {
        if (Handshake.isModern(request)) {
            Handshake.requireServed(Handshake.namedVersion(request));
            return Revision.MODERN;
        }
        if (request.method().equals("initialize")) {
            if (initialized) {
                throw new RpcException(new RpcError(RpcError.INVALID_REQUEST, "Invalid request: already initialized"));
            }
            revision = Handshake.negotiated(request.params());
            initialized = true;
        }
        return revision;
    }

    private Optional<Progress> progressOf(RpcMessage.Request request, Revision spoken) {
        Optional<JsonValue> token = McpServer.progressToken(request);
        return token.isPresent() ? Optional.of(new Progress(token.get(), spoken, out, System::nanoTime)) : Optional.empty();
    }

    /** Batches existed in one revision only (2025-03-26); its answers come as one array. */
    private void receiveBatch(JsonArray batch) throws RpcException {
        if (revision != Revision.R2025_03_26 || !initialized || batch.size() == 0) {
            throw new RpcException(new RpcError(RpcError.INVALID_REQUEST, "Invalid request: expected one message a line"));
        }
        List<RpcMessage> messages = new ArrayList<>();
        List<RpcMessage.Response> refusals = new ArrayList<>();
        int requests = 0;
        for (JsonValue value : batch) {
            try {
                RpcMessage message = RpcMessage.of(value);
                messages.add(message);
                requests += message instanceof RpcMessage.Request ? 1 : 0;
            } catch (RpcException refused) {
                refusals.add(refused.response());
            }
        }
        Answers answers = new Answers.Batched(requests + refusals.size(), out);
        for (RpcMessage.Response refusal : refusals) {
            answers.give(refusal);
        }
        for (RpcMessage message : messages) {
            receive(message, answers);
        }
    }

    private static byte[] withoutByteOrderMark(byte[] line) {
        boolean marked = line.length >= 3 && line[0] == (byte) 0xef && line[1] == (byte) 0xbb && line[2] == (byte) 0xbf;
        return marked ? Arrays.copyOfRange(line, 3, line.length) : line;
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
