package proxymcp.chrome;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Text messages as a WebSocket client sends and receives them (RFC 6455 section 5). Owner: the thread of its {@link DevToolsSocket}. */
final class DevToolsFrames {
    /** Longest message: a screenshot of a long page has some 20 MB. */
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int CONTROL = 8;
    private static final int NORMAL_CLOSURE = 1_000;

    private final DataInputStream in;
    private final OutputStream out;

    DevToolsFrames(DataInputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** One octet, before the frames begin. */
    int octet() throws IOException {
        return in.readUnsignedByte();
    }

    void sendText(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void sendClose() throws IOException {
        send(CLOSE, ByteBuffer.allocate(Short.BYTES).putShort((short) NORMAL_CLOSURE).array());
    }

    private void send(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(2 + Long.BYTES + Integer.BYTES + payload.length);
        frame.put((byte) (FIN | opcode));
        if (payload.length < 126) {
            frame.put((byte) (MASKED | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(payload.length);
        }
        byte[] mask = new byte[Integer.BYTES];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i % mask.length]));
        }
        out.write(frame.array(), 0, frame.position());
        out.flush();
    }

    /**
     * The next text message; pings between are answered.
     *
     * @throws EOFException if the peer closed, or broke the protocol
     */
    String receiveText() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        boolean begun = false;
        while (true) {
            int first = in.readUnsignedByte();
            int opcode = first & 0x0f;
            byte[] payload = payload(MESSAGE_BYTES_MAX - message.size());
            if (opcode == CLOSE) {
                throw new EOFException("the browser closed its DevTools");
            } else if (opcode == PING) {
                send(PING + 1, payload);
            } else if (opcode < CONTROL) {
                if (opcode != (begun ? CONTINUATION : TEXT)) {
                    throw new EOFException("a frame of kind " + opcode + " out of its place");
                }
                begun = true;
                message.write(payload);
                if ((first & FIN) != 0) {
                    return message.toString(StandardCharsets.UTF_8);
                }
            }
        }
    }

    private byte[] payload(int bytesMax) throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & MASKED) != 0 || length < 0 || length > bytesMax) {
            throw new EOFException("a frame that is masked, or has " + length + " octets");
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return payload;
    }
}
