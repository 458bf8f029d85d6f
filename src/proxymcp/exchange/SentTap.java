package proxymcp.exchange;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.Optional;
import proxymcp.http.Fields;

/**
 * Notes a message as it goes out, where a rule made it another one than came in.
 *
 * <p>Owner: the thread that writes the message; {@link #message} is called when it has ended.
 */
public final class SentTap {
    private final ByteArrayOutputStream first = new ByteArrayOutputStream(0);
    private BodyTap tap = new BodyTap(this::keep);

    /** Octets of the body, transfer coding not counted. */
    public void pass(byte[] bytes, int offset, int length) {
        tap.pass(bytes, offset, length);
    }

    /** The message is sent again from its beginning. */
    public void restart() {
        first.reset();
        tap = new BodyTap(this::keep);
    }

    /** Octets of the body so far. */
    public long bytes() {
        return tap.bytes();
    }

    /** The message, which ends here; called once. */
    public SentMessage message(String url, byte[] head, boolean complete) {
        BodyEnd end = tap.end(complete, Fields.EMPTY);
        return new SentMessage(url, head, end.bytes(), complete ? Optional.of(HexFormat.of().formatHex(end.sha256())) : Optional.empty(),
                first.toByteArray(), complete);
    }

    private void keep(byte[] bytes, int offset, int length) {
        first.write(bytes, offset, Math.min(length, SentMessage.BODY_BYTES_MAX - first.size()));
    }
}
