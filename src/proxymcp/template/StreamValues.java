package proxymcp.template;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.MessageReader;
import proxymcp.store.StoredMessage;

/**
 * Reads the messages of a stream, each with its own time: what the server sends in them is a value of an answer unless the client had sent it in the
 * same stream; what the client sends first is its own. Bounded. For one exchange.
 */
final class StreamValues implements StoredMessage.Visitor {
    /** How selectors begin that name a message of a WebSocket by its number: nothing but the recording has it. */
    static final String SOCKET = "ws:";
    private static final int MESSAGES_MAX = 10_000;
    private static final int MESSAGE_BYTES_MAX = 1 << 20;
    private static final long CHARS_MAX = 4 << 20;

    private final StreamKind kind;
    private final int step;
    private final ValueIndex index;
    private final ResponseValues values;
    private final Set<String> said = new HashSet<>();
    private long millis;
    private int messages;
    private long chars;

    StreamValues(StreamKind kind, int step, ValueIndex index) {
        this.kind = kind;
        this.step = step;
        this.index = index;
        this.values = new ResponseValues(this::hear);
    }

    /** Reads the messages of an exchange, in order. */
    void read(MessageReader reader, long seq) throws IOException {
        reader.messages(seq, this);
    }

    @Override
    public boolean visit(StoredMessage stored) throws IOException {
        StreamMessage message = stored.message();
        String text = message.completes() && !message.isControl() && !isBinary(message) ? text(stored) : "";
        chars += text.length();
        millis = message.time();
        if (!text.isEmpty() && message.direction() == Direction.OUT) {
            new ResponseValues((value, selector, key, around) -> say(value)).message(kind, stored.index(), text);
        } else if (!text.isEmpty()) {
            values.message(kind, stored.index(), text);
        }
        return ++messages < MESSAGES_MAX && chars < CHARS_MAX;
    }

    @Override
    public void damaged(CorruptSegmentException damage) {
        messages++; // A message that cannot be read holds no value; the next one may.
    }

    private static boolean isBinary(StreamMessage message) {
        return message.form() instanceof MessageForm.Frame frame && frame.opcode() == MessageForm.Frame.BINARY;
    }

    /** The payload; empty if it is no text, as may be that of a last fragment. */
    private static String text(StoredMessage stored) throws IOException {
        byte[] octets = stored.message().payload();
        if (stored.message().payloadBytes() > octets.length) {
            try (InputStream in = stored.payload().open()) {
                octets = in.readNBytes(MESSAGE_BYTES_MAX);
            } catch (CorruptSegmentException e) {
                return "";
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    private void say(String value) {
        if (said.add(value)) {
            index.said(millis, value);
        }
    }

    private void hear(String value, String selector, String key, String around) {
        if (!said.contains(value)) {
            index.produced(step, millis, value, selector, key, around);
        }
    }
}
