package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.MessageQuery;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.StreamSummary;

/** Records the stream of an exchange of one session in another, as far as it can be read. Not for several threads. */
final class StreamCopy {
    private static final int PIECE_BYTES = 64 << 10;

    private final Session source;
    private final WorkWatch watch;
    private final byte[] piece = new byte[PIECE_BYTES];
    private long unread;
    private String reason = "";

    StreamCopy(Session source, WorkWatch watch) {
        this.source = source;
        this.watch = watch;
    }

    /**
     * Copies a stream.
     *
     * @return why messages are missing, if some could not be read
     * @throws IOException if the index of the source is damaged, or closed
     */
    Optional<String> copy(Exchange exchange, StoreRecording to) throws IOException {
        StreamSummary summary = exchange.stream().orElseThrow();
        to.streamOpened(new StreamOpen(summary.openedAt(), summary.kind(), summary.subprotocol(), summary.extensions(), summary.lastEventId()));
        StoredStreams streams = source.stored();
        long[] numbers = streams.messagesOf(exchange.seq());
        try (LogReader log = source.reader()) {
            for (long number : numbers) {
                if (watch.cancelled()) {
                    throw new CancellationException("cancelled while a session was salvaged");
                }
                copy(exchange.seq(), streams, log, number, to);
            }
        }
        Optional<String> lost = unread == 0 ? Optional.empty() : Optional.of(unread + " of " + numbers.length + " could not be read whole: " + reason);
        // One that was cut is cut again by the end of its exchange.
        if (streams.hasEnd(exchange.seq()) && summary.closedAt().isPresent() && summary.endedBy().isPresent()) {
            to.streamClosed(new StreamEnd(summary.closedAt().getAsLong(), summary.closeCode(), summary.closeReason(), summary.endedBy().get(),
                    notes(exchange, streams, lost)));
        }
        return lost;
    }

    /** The copy counts what it has alone: that there was more is noted in its end. */
    private static List<String> notes(Exchange exchange, StoredStreams streams, Optional<String> lost) throws IOException {
        List<String> notes = new ArrayList<>(exchange.stream().orElseThrow().notes());
        streams.missing(MessageQuery.of(exchange.seq())).filter(sentence -> !notes.contains(sentence)).ifPresent(notes::add);
        lost.map(ExchangePart.MESSAGES::damaged).ifPresent(notes::add);
        return List.copyOf(notes);
    }

    private void copy(long seq, StoredStreams streams, LogReader log, long number, StoreRecording to) throws IOException {
        try {
            StreamCodec.MessageFacts facts = StoredStreams.read(log, streams.message(number).number(MessageRowLayout.POSITION));
            StreamMessage message = facts.message();
            if (facts.lastPart() != Position.NONE) {
                copyParts(seq, facts, to);
            }
            to.message(message);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void copyParts(long seq, StreamCodec.MessageFacts facts, StoreRecording to) throws IOException {
        try (InputStream in = StoredStreams.payload(seq, facts, source::reader)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                to.messagePart(facts.message().direction(), piece, 0, count);
            }
        } catch (IOException e) {
            fail(e); // What could be read of it goes on.
        }
    }

    private void fail(IOException e) throws IOException {
        if (e instanceof BlockCheck.IndexDamagedException || e instanceof ClosedChannelException) {
            throw e;
        }
        unread++;
        reason = e.getMessage();
    }
}
