package proxymcp.replay;

import java.io.DataInputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WebSocketHandshake;
import proxymcp.upstream.UpstreamCall;

/** A WebSocket that a run opened to see whether it opens: it is closed at once, in order (RFC 6455 section 7). For one thread. */
final class OpenedWebSocket {
    /** The first octet of a close frame. */
    private static final int CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int NORMAL_CLOSURE = 1_000;
    /** Servers may send messages before they answer the close frame. */
    private static final long READ_BYTES_MAX = 1 << 20;
    private static final long CLOSE_MILLIS = 1_000;

    private final Recording recording;
    private final Clock clock;

    OpenedWebSocket(Recording recording, Clock clock) {
        this.recording = recording;
        this.clock = clock;
    }

    /** Checks what the server answered, and closes. */
    Outcome close(UpstreamCall upstream, RequestHead request, ResponseHead response) throws IOException {
        Optional<WebSocketHandshake> handshake = WebSocketHandshake.of(request, response);
        if (handshake.isEmpty()) {
            return new Outcome.Incomplete(ErrorClass.PROTOCOL, "the origin upgraded the connection to something else than a WebSocket");
        }
        if (!handshake.get().faults().isEmpty()) {
            return new Outcome.Incomplete(ErrorClass.PROTOCOL, String.join("; ", handshake.get().faults()));
        }
        recording.streamOpened(new StreamOpen(clock.millis(), StreamKind.WEBSOCKET, handshake.get().subprotocol(), handshake.get().extensions(),
                Optional.empty()));
        byte[] mask = new byte[Integer.BYTES];
        ThreadLocalRandom.current().nextBytes(mask);
        byte[] frame = {(byte) CLOSE, (byte) (MASKED | Short.BYTES), mask[0], mask[1], mask[2], mask[3],
                (byte) (NORMAL_CLOSURE >> Byte.SIZE ^ mask[0]), (byte) (NORMAL_CLOSURE ^ mask[1])};
        try {
            upstream.connection().out().write(frame, 0, frame.length);
            upstream.connection().out().flush();
            upstream.connection().deadline().arm(CLOSE_MILLIS);
            awaitClose(new DataInputStream(upstream.connection().in().stream()));
        } catch (IOException e) {
            // It did open, which is what was to be seen; servers that end without a close frame, or late, are none of the run's concern.
            recording.streamClosed(new StreamEnd(clock.millis(), Optional.of(NORMAL_CLOSURE), "", EndedBy.CLIENT,
                    List.of("the server did not answer the close frame")));
            return new Outcome.Complete();
        } finally {
            upstream.close();
        }
        recording.streamClosed(new StreamEnd(clock.millis(), Optional.of(NORMAL_CLOSURE), "", EndedBy.CLIENT, List.of()));
        return new Outcome.Complete();
    }

    private static void awaitClose(DataInputStream in) throws IOException {
        long read = 0;
        while (read < READ_BYTES_MAX) {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            int plain = length & ~MASKED;
            long bytes = plain == 126 ? in.readUnsignedShort() : plain == 127 ? in.readLong() : plain;
            if (first == CLOSE) {
                return;
            }
            if (bytes < 0 || bytes > READ_BYTES_MAX) {
                throw new IOException("a message too large to wait behind");
            }
            in.skipNBytes(bytes + ((length & MASKED) == 0 ? 0 : Integer.BYTES));
            read += bytes + 2;
        }
        throw new IOException("the server went on sending");
    }
}
