package proxymcp.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;

/** Writes frames of a WebSocket (RFC 6455 section 5.2) for tests, sound ones and others. */
public final class FrameOctets {
    private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

    private final boolean fromClient;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** @param fromClient whether frames are masked */
    public FrameOctets(boolean fromClient) {
        this.fromClient = fromClient;
    }

    /** A frame whose length takes as few octets as it can. */
    public FrameOctets frame(int opcode, boolean fin, int rsv, byte[] payload) {
        return frame(opcode, fin, rsv, payload, fromClient, payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8);
    }

    /** A whole message. */
    public FrameOctets text(String text) {
        return frame(1, true, 0, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame with {@code lengthOctets} of extended length. */
    public FrameOctets frame(int opcode, boolean fin, int rsv, byte[] payload, boolean masked, int lengthOctets) {
        head(opcode, fin, rsv, payload.length, masked, lengthOctets);
        byte[] shown = payload.clone();
        for (int i = 0; masked && i < shown.length; i++) {
            shown[i] ^= MASK[i % 4];
        }
        out.writeBytes(shown);
        return this;
    }

    /** The head of a frame. */
    public FrameOctets head(int opcode, boolean fin, int rsv, long length, boolean masked, int lengthOctets) {
        out.write((fin ? 0x80 : 0) | rsv << 4 | opcode);
        int mask = masked ? 0x80 : 0;
        switch (lengthOctets) {
            case 0 -> out.write(mask | (int) length);
            case 2 -> {
                out.write(mask | 126);
                out.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
            }
            default -> {
                out.write(mask | 127);
                out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
            }
        }
        if (masked) {
            out.writeBytes(MASK);
        }
        return this;
    }

    /** A close frame. */
    public FrameOctets close(int code, String reason) {
        return frame(8, true, 0, closing(code, reason));
    }

    /** The payload of a close frame. */
    public static byte[] closing(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array();
    }

    /** All frames so far. */
    public byte[] octets() {
        return out.toByteArray();
    }

    /** What a sender of {@code permessage-deflate} makes of a message (RFC 7692 section 7.2.1); {@code forgets}: with an empty window. */
    public static byte[] deflated(Deflater deflater, byte[] message, boolean forgets) {
        if (forgets) {
            deflater.reset();
        }
        deflater.setInput(message);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        byte[] piece = new byte[8_192];
        for (int count = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH); count > 0;
                count = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH)) {
            compressed.write(piece, 0, count);
        }
        byte[] whole = compressed.toByteArray();
        return java.util.Arrays.copyOf(whole, whole.length - 4);
    }
}
