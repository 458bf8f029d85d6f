package proxymcp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import proxymcp.http.Fields;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;

/** Heads as octets: those that came over a wire are kept as they came, others are written as they would go out. */
final class WireHeads {
    /** What was captured under other limits must be readable under all. */
    private static final HeadLimits LIMITS = new HeadLimits(RecordLayout.MAX_PAYLOAD_BYTES, 100_000);

    private WireHeads() {}

    static byte[] bytes(RequestHead head) {
        if (head.raw().length > 0) {
            return head.raw();
        }
        return WireWriter.octets(head);
    }

    static byte[] bytes(ResponseHead head) {
        if (head.raw().length > 0) {
            return head.raw();
        }
        return WireWriter.octets(head);
    }

    /** A field section with its empty line; nothing for no fields. */
    static byte[] bytes(Fields fields) {
        if (fields.isEmpty()) {
            return new byte[0];
        }
        StringBuilder text = new StringBuilder();
        for (Fields.Line line : fields.lines()) {
            text.append(line.name()).append(": ").append(line.value()).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static RequestHead request(byte[] bytes, boolean raw) throws IOException {
        return raw ? HeadParser.parseRequest(bytes, LIMITS) : new RecordedHead(bytes).request();
    }

    static ResponseHead response(byte[] bytes, boolean raw) throws IOException {
        return raw ? HeadParser.parseResponse(bytes, LIMITS) : new RecordedHead(bytes).response();
    }

    static Fields fields(byte[] section) throws IOException {
        return section.length == 0 ? Fields.EMPTY : new RecordedHead(section).fields();
    }
}
