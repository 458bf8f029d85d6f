package proxymcp.proxy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.exchange.ChannelFinder;
import proxymcp.exchange.Channels;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.Recording;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.EventStreamParser;
import proxymcp.http.LineSplitter;

/**
 * Records the events, or the lines, of a response body whose content coding is undone.
 *
 * <p>Owner: the thread that hands the octets over.
 */
final class EventTap implements EventStreamParser.Listener, LineSplitter.Listener {
    private final Recording recording;
    private final Clock clock;
    private final MessagePayload payload;
    private final Utf8Check utf8 = new Utf8Check();
    private final ChannelFinder channels = new ChannelFinder("");
    private final Optional<EventStreamParser> events;
    private final Optional<LineSplitter> lines;
    private final List<String> notes = new ArrayList<>();
    private boolean stopped;
    private boolean ended;

    /** The stream opens. {@code sequence}: lines are texts of a JSON text sequence. */
    EventTap(Recording recording, StreamKind kind, boolean sequence, Optional<String> lastEventId, Clock clock) {
        this.recording = recording;
        this.clock = clock;
        this.payload = new MessagePayload(recording, Direction.IN);
        this.events = kind == StreamKind.SSE ? Optional.of(new EventStreamParser(this)) : Optional.empty();
        this.lines = kind == StreamKind.SSE ? Optional.empty() : Optional.of(new LineSplitter(sequence, this));
        recording.streamOpened(new StreamOpen(clock.millis(), kind, "", "", lastEventId));
    }

    void pass(byte[] bytes, int offset, int length) {
        events.ifPresent(parser -> parser.feed(bytes, offset, length));
        lines.ifPresent(splitter -> splitter.feed(bytes, offset, length));
    }

    /**
     * No more octets will come, although the body goes on.
     *
     * @param why a sentence for a reader of the stream
     */
    void stop(String why) {
        stopped = true;
        notes.add(why);
    }

    void end(EndedBy endedBy) {
        ended = true;
        events.ifPresent(EventStreamParser::end);
        lines.ifPresent(LineSplitter::end);
        recording.streamClosed(new StreamEnd(clock.millis(), Optional.empty(), "", endedBy, List.copyOf(notes)));
    }

    @Override
    public void data(byte[] bytes, int offset, int length) {
        add(bytes, offset, length);
    }

    private void add(byte[] bytes, int offset, int length) {
        payload.add(bytes, offset, length);
        utf8.feed(bytes, offset, length);
    }

    @Override
    public void event(String type, String id, OptionalLong retryMillis, long wireBytes) {
        record(new MessageForm.Event(type, id, retryMillis), wireBytes, type.equals("message") ? "" : Channels.named(type));
    }

    @Override
    public void dropped(long wireBytes, boolean hadData) {
        payload.take();
        utf8.reset();
        if (hadData) {
            notes.add(stopped ? "the event in which that happened is not shown (its first " + wireBytes + " octets were read)"
                    : "the last event was not ended by an empty line: clients drop it, and it is not shown (" + wireBytes + " octets)");
        }
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        add(bytes, offset, length);
    }

    @Override
    public void textEnd(long wireBytes) {
        record(new MessageForm.Line(), wireBytes, "");
    }

    private void record(MessageForm form, long wireBytes, String named) {
        long bytes = payload.bytes();
        byte[] first = payload.take();
        String channel = named.isEmpty() ? channels.of(first) : named;
        String note = ended && stopped ? "cut: the rest was not read" : utf8.isSound(true) ? "" : "not UTF-8";
        utf8.reset();
        recording.message(new StreamMessage(clock.millis(), Direction.IN, form, wireBytes, first, bytes, true, false, false, channel, note));
    }
}
