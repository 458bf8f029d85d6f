package proxymcp.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageEntry;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.Streams;

/** Recorded messages as lines that a test can write down. */
final class StreamText {
    private static final int SHOWN = 60;

    private StreamText() {}

    /** All messages of a stream: {@code out text masked 11 Hello}, with the octets on the wire; a channel and a note stand in brackets. */
    static List<String> lines(Streams streams, long seq) throws IOException {
        List<String> lines = new ArrayList<>();
        for (MessageEntry entry : streams.messages(MessageQuery.of(seq), Optional.empty(), 5_000).items()) {
            lines.add(line(streams.read(entry)));
        }
        return lines;
    }

    /** The messages of one direction. */
    static List<String> lines(Streams streams, long seq, Direction direction) throws IOException {
        return lines(streams, seq).stream().filter(line -> line.startsWith(direction == Direction.OUT ? "out " : "in ")).toList();
    }

    private static String line(StreamMessage message) {
        StringBuilder line = new StringBuilder(message.direction() == Direction.OUT ? "out " : "in ").append(message.form().type());
        switch (message.form()) {
            case MessageForm.Frame frame -> line.append(frame.fin() ? "" : " more").append(frame.rsv() > 0 ? " rsv" + frame.rsv() : "")
                    .append(frame.masked() ? " masked" : "").append(message.compressed() ? " compressed" : "");
            case MessageForm.Event event -> line.append(event.id().isEmpty() ? "" : " #" + event.id())
                    .append(event.retryMillis().isPresent() ? " @" + event.retryMillis().getAsLong() : "");
            case MessageForm.Line plain -> { }
        }
        line.append(' ').append(message.wireBytes()).append(' ').append(payload(message.payload(), message.payloadBytes()));
        line.append(message.channel().isEmpty() ? "" : " [" + message.channel() + "]");
        return line.append(message.note().isEmpty() ? "" : " (" + message.note() + ")").toString();
    }

    /** A payload as it stands in a line: its text, or its length if it is long. */
    static String payload(byte[] octets, long bytes) {
        return bytes > SHOWN ? bytes + " octets" : new String(octets, StandardCharsets.UTF_8);
    }
}
