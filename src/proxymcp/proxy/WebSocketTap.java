package proxymcp.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.DataFormatException;
import proxymcp.exchange.Direction;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.Unrecorded;
import proxymcp.http.MessageInflater;
import proxymcp.http.WebSocketHandshake;
import proxymcp.http.WebSocketParser;

/**
 * Records the frames of one direction of a WebSocket.
 *
 * <p>Owner: the thread that passes the direction's octets.
 */
final class WebSocketTap implements PassingTap, WebSocketParser.Listener {
    private static final int COMPRESSED = 4;

    private final WebSocketRecord stream;
    private final Direction direction;
    private final WebSocketParser parser;
    private final Optional<MessageInflater> inflater;
    private final MessagePayload message;
    private final MessagePayload control;
    private final Utf8Check utf8 = new Utf8Check();
    private WebSocketParser.Frame frame = new WebSocketParser.Frame(0, true, 0, false, 0, 0);
    private String fault = "";
    /** Why the message that passes cannot be read to its end; its frames may be many. */
    private String unreadable = "";
    private boolean compressed;
    private boolean text;
    private int frames;
    private long arrivedAt;
    private long arrival;

    WebSocketTap(WebSocketRecord stream, Direction direction) {
        this.stream = stream;
        this.direction = direction;
        Optional<WebSocketHandshake.Deflate> deflate = stream.handshake().deflate();
        boolean out = direction == Direction.OUT;
        this.parser = new WebSocketParser(out, stream.handshake().rsvAllowed(), this);
        this.inflater = deflate.map(agreed -> new MessageInflater(out ? agreed.clientForgets() : agreed.serverForgets()));
        this.message = new MessagePayload(stream.recording(), direction);
        this.control = new MessagePayload(Unrecorded.INSTANCE, direction); // Parts would mix with those of the message around it.
    }

    @Override
    public void arrived() {
        arrivedAt = stream.now();
        arrival = stream.arrived(direction);
    }

    @Override
    public void pass(byte[] bytes, int offset, int length) {
        parser.feed(bytes, offset, length);
        stream.passed(direction);
    }

    @Override
    public void end(boolean complete) {
        if (parser.isWithin()) {
            stream.note(direction, "the connection ended within a " + (message.bytes() > 0 || frames > 0 ? "message" : "frame"));
        }
        if (parser.unread() > 0) {
            stream.note(direction, parser.unread() + " octets were passed on that cannot be told apart");
        }
        inflater.ifPresent(MessageInflater::close);
    }

    @Override
    public void fault(String sentence) {
        fault = fault.isEmpty() ? sentence : fault + "; " + sentence;
        stream.note(direction, sentence);
    }

    @Override
    public void frame(WebSocketParser.Frame head) {
        frame = head;
        if (head.isControl()) {
            return;
        }
        if (head.opcode() != 0) {
            abandon();
            utf8.reset();
            text = head.opcode() == 1;
            compressed = (head.rsv() & COMPRESSED) != 0 && inflater.isPresent();
            if (compressed) {
                inflater.get().begin();
                unreadable = inflater.get().isBroken() ? "not readable: a compressed message before it was not" : "";
            }
        }
        frames++;
    }

    /** A message that was never ended leaves nothing to the next, unless so much of it that parts were handed on: those cannot be taken back. */
    private void abandon() {
        if (message.bytes() > StreamMessage.PAYLOAD_BYTES_MAX) {
            fault("the payload begins with that of the message before, which was not ended");
        } else {
            message.take();
        }
        frames = 0;
    }

    @Override
    public void payload(byte[] bytes, int offset, int length) {
        if (frame.isControl()) {
            control.add(bytes, offset, length);
        } else if (compressed) {
            inflate(() -> inflater.get().feed(bytes, offset, length, this::add));
        } else {
            add(bytes, offset, length);
        }
    }

    private void add(byte[] bytes, int offset, int length) {
        message.add(bytes, offset, length);
        if (text) {
            utf8.feed(bytes, offset, length);
        }
    }

    private interface Inflating {
        void run() throws DataFormatException;
    }

    private void inflate(Inflating piece) {
        try {
            piece.run();
        } catch (DataFormatException e) {
            unreadable = "a compressed message cannot be read to its end (RFC 7692): " + e.getMessage();
            fault(unreadable);
        }
    }

    @Override
    public void frameEnd() {
        long wireBytes = frame.headBytes() + frame.payloadBytes();
        MessageForm form = new MessageForm.Frame(frame.opcode(), frame.fin(), frame.rsv(), frame.masked());
        if (frame.isControl()) {
            byte[] payload = control.take();
            if (frame.opcode() == MessageForm.Frame.CLOSE) {
                close(form, wireBytes, payload);
            } else {
                stream.message(message(form, wireBytes, payload, payload.length, true, false, false, ""));
            }
        } else if (!frame.fin()) {
            stream.message(message(form, wireBytes, new byte[0], 0, false, true, compressed, ""));
        } else {
            if (compressed) {
                inflate(() -> inflater.get().end(this::add));
            }
            if (compressed && !fault.contains(unreadable)) {
                fault = fault.isEmpty() ? unreadable : fault + "; " + unreadable;
            }
            long bytes = message.bytes();
            byte[] payload = message.take();
            if (text && !utf8.isSound(!compressed || unreadable.isEmpty())) {
                fault("a text message that is not UTF-8 (RFC 6455 section 8.1)");
            }
            stream.message(message(form, wireBytes, payload, bytes, true, frames > 1, compressed, stream.channel(payload)));
            frames = 0;
            text = false;
            compressed = false; // A continuation of no message is none of this one.
        }
    }

    /** The message that ends, with what is wrong with it. */
    private StreamMessage message(MessageForm form, long wireBytes, byte[] payload, long bytes, boolean completes, boolean fragmented,
            boolean wasCompressed, String channel) {
        String note = fault;
        fault = "";
        return new StreamMessage(arrivedAt, direction, form, wireBytes, payload, bytes, completes, fragmented, wasCompressed, channel, note);
    }

    private void close(MessageForm form, long wireBytes, byte[] payload) {
        Optional<Integer> code = payload.length < 2 ? Optional.empty() : Optional.of((payload[0] & 0xFF) << 8 | payload[1] & 0xFF);
        String reason = payload.length > 2 ? new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8) : "";
        if (payload.length == 1) {
            fault("a close frame with half a code (RFC 6455 section 5.5.1)");
        } else if (code.isPresent() && !isCode(code.get())) {
            fault("close code " + code.get() + ", which is never sent (RFC 6455 section 7.4)");
        }
        if (payload.length > 2 && !Utf8Check.isUtf8(payload, 2, payload.length - 2)) {
            fault("a close reason that is not UTF-8 (RFC 6455 section 5.5.1)");
        }
        StreamMessage closing = message(form, wireBytes, payload, payload.length, true, false, false, "");
        stream.close(new WebSocketRecord.Close(direction, arrival, closing, code, reason));
    }

    private static boolean isCode(int code) {
        return code >= 3_000 && code < 5_000 || code >= 1_000 && code <= 1_014 && code != 1_004 && code != 1_005 && code != 1_006;
    }
}
