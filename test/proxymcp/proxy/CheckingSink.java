package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Direction;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamKind;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.exchange.Timings;
import proxymcp.http.ResponseHead;

/** Holds the proxy against the contract of {@link Recording}, and keeps what it was told. */
final class CheckingSink implements ExchangeSink {
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Map<String, Checked> byPath = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @Override
    public Recording open(ExchangeStart start) {
        opened.incrementAndGet();
        Checked checked = new Checked(start);
        byPath.put(start.path(), checked);
        return checked;
    }

    /** What was called against the contract, one sentence each. */
    List<String> violations() {
        return violations;
    }

    int opened() {
        return opened.get();
    }

    int ended() {
        return ended.get();
    }

    /** The last exchange with this path. */
    Checked of(String path) {
        return byPath.get(path);
    }

    /** One side of an exchange: its calls must not overlap. */
    private final class Side {
        private final String name;
        private final Checked exchange;
        private final AtomicBoolean busy = new AtomicBoolean();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean begun;
        private boolean over;
        private long parts;

        Side(String name, Checked exchange) {
            this.name = name;
            this.exchange = exchange;
        }

        void enter(String call) {
            if (!busy.compareAndSet(false, true)) {
                exchange.violated(name + " " + call + " overlaps another call");
            }
            exchange.checkOpen(name + " " + call);
        }

        void leave() {
            busy.set(false);
        }

        void octets(byte[] bytes, int offset, int length) {
            enter("body");
            if (over) {
                exchange.violated(name + " body after its end");
            }
            if (length < 1) {
                exchange.violated(name + " body of " + length + " octets");
            }
            begun = true;
            body.write(bytes, offset, length);
            leave();
        }

        void end(BodyEnd end) {
            enter("end");
            if (over) {
                exchange.violated(name + " body ended twice");
            }
            over = true;
            if (end.bytes() != body.size()) {
                exchange.violated(name + " body of " + body.size() + " octets ended as " + end.bytes());
            }
            if (!Arrays.equals(sha256(body.toByteArray()), end.sha256())) {
                exchange.violated(name + " body has another digest than its end says");
            }
            leave();
        }
    }

    /** What one exchange was told. */
    final class Checked implements Recording {
        private final ExchangeStart start;
        private final Side request = new Side("request", this);
        private final Side response = new Side("response", this);
        private final AtomicInteger ends = new AtomicInteger();
        private volatile boolean routed;
        private volatile boolean answered;
        private final AtomicReference<Optional<StreamKind>> stream = new AtomicReference<>(Optional.empty());
        private volatile boolean closed;
        private volatile Outcome outcome = new Outcome.InFlight();

        private Checked(ExchangeStart start) {
            this.start = start;
        }

        byte[] requestBody() {
            return request.body.toByteArray();
        }

        byte[] responseBody() {
            return response.body.toByteArray();
        }

        Outcome outcome() {
            return outcome;
        }

        private void violated(String what) {
            violations.add(start.head().method() + " " + start.path() + ": " + what);
        }

        private void checkOpen(String call) {
            if (ends.get() > 0) {
                violated(call + " after the exchange's end");
            }
        }

        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            request.octets(bytes, offset, length);
        }

        @Override
        public void requestEnd(BodyEnd end) {
            request.end(end);
        }

        @Override
        public void routed(Route route) {
            response.enter("route");
            if (answered) {
                violated("routed after its response");
            }
            routed = true;
            response.leave();
        }

        @Override
        public void informational(ResponseHead head) {
            response.enter("informational");
            if (!routed || answered || head.status() >= 200) {
                violated("informational " + head.status() + " out of place");
            }
            response.leave();
        }

        @Override
        public void response(ResponseHead head) {
            response.enter("head");
            if (!routed || answered || head.status() < 200 && head.status() != 101) {
                violated("response " + head.status() + " out of place");
            }
            answered = true;
            response.leave();
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            response.octets(bytes, offset, length);
        }

        @Override
        public void responseEnd(BodyEnd end) {
            response.end(end);
        }

        @Override
        public void streamOpened(StreamOpen open) {
            response.enter("stream");
            if (!answered || stream.get().isPresent()) {
                violated("a stream opened out of place");
            }
            stream.set(Optional.of(open.kind()));
            response.leave();
        }

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            Side side = side(direction, "part");
            side.parts += length;
            side.leave();
        }

        @Override
        public void message(StreamMessage message) {
            Side side = side(message.direction(), "message");
            if (message.payloadBytes() > StreamMessage.PAYLOAD_BYTES_MAX) {
                if (side.parts != message.payloadBytes()) {
                    violated(side.name + " message of " + message.payloadBytes() + " octets had parts of " + side.parts);
                }
                side.parts = 0;
            }
            if (!message.completes() && message.payload().length > 0) {
                violated(side.name + " fragment with a payload");
            }
            side.leave();
        }

        private Side side(Direction direction, String call) {
            Side side = direction == Direction.OUT ? request : response;
            side.enter(call);
            if (stream.get().isEmpty() || closed) {
                violated(side.name + " " + call + " while no stream is open");
            }
            return side;
        }

        @Override
        public void streamClosed(StreamEnd end) {
            request.enter("close");
            response.enter("close");
            if (stream.get().isEmpty() || closed) {
                violated("a stream closed that is not open");
            }
            closed = true;
            response.leave();
            request.leave();
        }

        @Override
        public void end(ExchangeEnd end) {
            if (ends.incrementAndGet() > 1) {
                violated("ended twice");
                return;
            }
            checkEnd(end);
            outcome = end.outcome();
            ended.incrementAndGet();
        }

        private void checkEnd(ExchangeEnd end) {
            boolean tunnel = start.endpoint().scheme().equals("tunnel");
            if (end.outcome() instanceof Outcome.InFlight) {
                violated("ended in flight");
            }
            if (end.outcome() instanceof Outcome.Complete && !answered && !tunnel) {
                violated("complete without a response");
            }
            if (stream.get().isPresent() && !closed) {
                violated("ended before its stream");
            }
            if (request.begun && !request.over || response.begun && !response.over) {
                violated("ended before a body did");
            }
            Timings timings = end.timings();
            for (long phase : new long[] {timings.blocked(), timings.send(), timings.await(), timings.receive(), timings.total()}) {
                if (phase < Timings.UNKNOWN) {
                    violated("negative phase in " + timings);
                }
            }
        }
    }

    /** Digest of {@code bytes}, lower-case hex. */
    static String hexSha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
