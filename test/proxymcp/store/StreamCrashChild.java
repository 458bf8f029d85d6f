package proxymcp.store;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.exchange.Client;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.json.JsonObject;

/**
 * A Java process that records streams until it is killed. Each line that it says has the messages of each stream that were written by then, as
 * {@code out,in} in the order of the seqs, and ends with a full stop.
 */
final class StreamCrashChild {
    static final int STREAMS = 3;

    private StreamCrashChild() {}

    /** The payload of message {@code number} of one direction of a stream: short, or longer than is held. */
    static byte[] payload(long seq, Direction direction, long number) {
        byte[] payload = new byte[number % 50 == 7 ? 150_000 : (int) (number % 40)];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (seq + direction.ordinal() * 3 + number + i * 31L);
        }
        return payload;
    }

    /** The child's side. */
    public static void main(String[] args) throws Exception {
        SessionCatalog catalog = new SessionCatalog(Path.of(args[0]), CrashChild.LIMITS, Clock.systemUTC());
        SessionWriter writer = catalog.create(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
        System.out.println(writer.id());
        List<AtomicLong> counts = new ArrayList<>();
        for (int stream = 1; stream <= STREAMS; stream++) {
            Recording recording = writer.sink().open(new ExchangeStart(new UUID(1, stream), 1, new Client("127.0.0.1:1", "main", Source.EXPLICIT,
                    Optional.empty(), 1), new Endpoint("http", "a.test", 80), RequestHead.of("GET", "/" + stream, Fields.EMPTY), Optional.empty()));
            recording.streamOpened(new StreamOpen(1, StreamKind.WEBSOCKET, "", "", Optional.empty()));
            for (Direction direction : Direction.values()) {
                AtomicLong count = new AtomicLong();
                counts.add(count);
                long seq = stream;
                Thread.ofPlatform().daemon().start(() -> send(recording, seq, direction, count));
            }
        }
        while (true) {
            StringBuilder line = new StringBuilder();
            counts.forEach(count -> line.append(count.get()).append(' '));
            // Whatever was counted had been handed over; now it is written.
            writer.settle();
            System.out.print(line.append(".\n"));
            System.out.flush();
        }
    }

    private static void send(Recording recording, long seq, Direction direction, AtomicLong count) {
        while (true) {
            long number = count.get();
            byte[] payload = payload(seq, direction, number);
            byte[] held = payload;
            if (payload.length > StreamMessage.PAYLOAD_BYTES_MAX) {
                for (int at = 0; at < payload.length; at += 50_000) {
                    recording.messagePart(direction, payload, at, 50_000);
                }
                held = java.util.Arrays.copyOf(payload, StreamMessage.PAYLOAD_BYTES_MAX);
            }
            recording.message(new StreamMessage(number, direction, new MessageForm.Frame(2, true, 0, false), payload.length + 2L, held, payload.length,
                    true, false, false, "", ""));
            count.incrementAndGet();
            if (number % 20 == 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000); // A rhythm, so that not all time goes into one direction.
            }
        }
    }
}
