package proxymcp.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.RuleMatch;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Exchanges made by a test and fed to a sink the way a connection does. */
final class Traffic {
    private List<RuleMatch> rules = List.of();
    private final ExchangeSink sink;
    private String method = "GET";
    private String host = "shop.example";
    private String path = "/";
    private Source source = Source.EXPLICIT;
    private int status = 200;
    private Fields.Builder requestFields = new Fields.Builder().add("Host", "shop.example");
    private Fields.Builder responseFields = new Fields.Builder();
    private byte[] requestBody = new byte[0];
    private byte[] responseBody = new byte[0];

    Traffic(ExchangeSink sink) {
        this.sink = sink;
    }

    Traffic request(String newMethod, String newHost, String newPath) {
        method = newMethod;
        host = newHost;
        path = newPath;
        return this;
    }

    Traffic from(Source newSource) {
        source = newSource;
        return this;
    }

    Traffic status(int newStatus) {
        status = newStatus;
        return this;
    }

    Traffic requestHeader(String name, String value) {
        requestFields.add(name, value);
        return this;
    }

    Traffic responseHeader(String name, String value) {
        responseFields.add(name, value);
        return this;
    }

    Traffic requestBody(String text) {
        requestBody = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    Traffic responseBody(byte[] octets) {
        responseBody = octets;
        return this;
    }

    Traffic responseBody(String contentType, String text) {
        responseFields.add("Content-Type", contentType);
        return responseBody(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Only the request head has come; the caller goes on with the recording. */
    Open open() {
        UUID id = UUID.randomUUID();
        Client client = new Client("127.0.0.1:50000", "127.0.0.1:8080", source, Optional.empty(), 1);
        return new Open(id.toString(), sink.open(new ExchangeStart(id, 1_700_000_000_000L, client, new Endpoint("http", host, 80),
                RequestHead.of(method, path, requestFields.build()), Optional.empty())));
    }

    /** An exchange that goes on. */
    record Open(String id, Recording recording) {}

    /** All of it passed. Returns the id. */
    String complete() {
        Open open = open();
        pass(open.recording(), requestBody, responseBody, true);
        open.recording().end(new ExchangeEnd(new Outcome.Complete(),
                new Timings(0, -1, -1, -1, 1_000_000, 2_000_000, 3_000_000, 6_400_000), rules, List.of()));
        return open.id();
    }

    /** Rules that touch it. */
    Traffic matching(RuleMatch... matched) {
        rules = List.of(matched);
        return this;
    }

    /** The origin went away before it answered. Returns the id. */
    String failed(ErrorClass errorClass, String reason) {
        Open open = open();
        open.recording().end(new ExchangeEnd(new Outcome.Incomplete(errorClass, reason), Timings.NONE, List.of(), List.of("a note")));
        return open.id();
    }

    private void pass(Recording recording, byte[] request, byte[] response, boolean whole) {
        if (request.length > 0) {
            recording.requestBody(request, 0, request.length);
            recording.requestEnd(end(request, whole));
        }
        recording.response(ResponseHead.of(status, "OK", responseFields.build()));
        if (response.length > 0) {
            recording.responseBody(response, 0, response.length);
            recording.responseEnd(end(response, whole));
        }
    }

    static BodyEnd end(byte[] octets, boolean whole) {
        try {
            return new BodyEnd(octets.length, MessageDigest.getInstance("SHA-256").digest(octets), whole, Fields.EMPTY);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] gzip(String text) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
