package proxymcp.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * The bytes of an artifact's file. Integers are little-endian.
 * <pre>
 *   offset  size  field
 *        0     8  magic         PMCPART, 0x0A
 *        8     4  version       1
 *       12     4  aboutBytes    length of the JSON object that follows the header
 *       16     4  contentBytes  length of the content behind it
 *       20     4  payloadCrc    CRC-32C of object and content
 *       24     4  headerCrc     CRC-32C of bytes 0..23
 *       28     n  object        {session, body, about, decoders[], kind, complete}
 *     28+n     m  content
 * </pre>
 */
final class ArtifactFile {
    static final int HEADER_BYTES = 28;
    private static final byte[] MAGIC = {'P', 'M', 'C', 'P', 'A', 'R', 'T', '\n'};
    private static final int VERSION = 1;
    private static final int HEADER_CRC_OFFSET = 24;

    private ArtifactFile() {}

    static byte[] encode(SessionId session, Artifact artifact) {
        byte[] about = Json.bytes(JsonObject.builder().put("session", session.text()).put("body", artifact.body()).put("about", artifact.about())
                .putStrings("decoders", artifact.decoders()).put("kind", artifact.kind()).put("complete", artifact.complete()).build());
        byte[] file = new byte[HEADER_BYTES + about.length + artifact.content().length];
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(VERSION).putInt(about.length).putInt(artifact.content().length);
        bytes.position(HEADER_BYTES).put(about).put(artifact.content());
        bytes.putInt(20, crc(file, HEADER_BYTES, file.length - HEADER_BYTES));
        bytes.putInt(HEADER_CRC_OFFSET, crc(file, 0, HEADER_CRC_OFFSET));
        return file;
    }

    /** The artifact; empty if the file is damaged, of another session or of a newer version. */
    static Optional<Artifact> decode(SessionId session, byte[] file) {
        if (file.length < HEADER_BYTES || !Arrays.equals(MAGIC, Arrays.copyOf(file, MAGIC.length))) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int about = bytes.getInt(12);
        int content = bytes.getInt(16);
        boolean whole = bytes.getInt(8) == VERSION && bytes.getInt(HEADER_CRC_OFFSET) == crc(file, 0, HEADER_CRC_OFFSET) && about >= 0 && content >= 0
                && (long) HEADER_BYTES + about + content == file.length && bytes.getInt(20) == crc(file, HEADER_BYTES, file.length - HEADER_BYTES);
        return whole ? read(session, Arrays.copyOfRange(file, HEADER_BYTES, HEADER_BYTES + about),
                Arrays.copyOfRange(file, HEADER_BYTES + about, file.length)) : Optional.empty();
    }

    private static Optional<Artifact> read(SessionId session, byte[] about, byte[] content) {
        try {
            if (!(Json.parse(about) instanceof JsonObject object) || !object.string("session").equals(Optional.of(session.text()))) {
                return Optional.empty();
            }
            List<String> decoders = new ArrayList<>();
            for (JsonValue decoder : object.array("decoders").orElse(JsonArray.EMPTY)) {
                if (decoder instanceof JsonString id) {
                    decoders.add(id.value());
                }
            }
            return Optional.of(new Artifact(object.string("body").orElse(""), object.string("about").orElse(""), decoders,
                    object.string("kind").orElse("binary"),
                    object.get("complete").filter(JsonBoolean.TRUE::equals).isPresent(), content));
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
