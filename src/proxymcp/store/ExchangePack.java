package proxymcp.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.ResponseHead;

/**
 * Exchanges as octets, for a program that cannot reach the session which they belong to; {@link ExchangeUnpack} records them there. They are the records
 * that a segment would have, each behind its type (an octet) and its length (four, big-endian), with references to other records left at 0.
 *
 * <p>Takes one exchange after the other. Any thread may call its recordings; what is kept is held in memory: of each body the octets up to a bound.
 */
public final class ExchangePack implements ExchangeSink {
    static final int FRAME_HEADER_BYTES = 5;

    private final int bodyBytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    /** Both guarded by {@link #lock}. */
    private final ByteArrayOutputStream frames = new ByteArrayOutputStream(1_024);
    private final PayloadWriter record = new PayloadWriter(768);

    /** @param bodyBytesMax octets of each body that are kept */
    public ExchangePack(int bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** What was recorded so far. */
    public byte[] octets() {
        lock.lock();
        try {
            return frames.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Recording open(ExchangeStart start) {
        write(RecordType.CLIENT, () -> ExchangeCodec.client(record, 0, start.client(), start.clientTls()));
        write(RecordType.START, () -> ExchangeCodec.start(record, 0, start));
        return new Packing();
    }

    private void write(RecordType type, Runnable payload) {
        lock.lock();
        try {
            record.clear();
            payload.run();
            frame(type, record.bytes(), RecordLayout.HEADER_BYTES, record.used() - RecordLayout.HEADER_BYTES);
        } finally {
            lock.unlock();
        }
    }

    private void frame(RecordType type, byte[] bytes, int offset, int length) {
        frames.writeBytes(ByteBuffer.allocate(FRAME_HEADER_BYTES).put((byte) type.code()).putInt(length).array());
        frames.write(bytes, offset, length);
    }

    private final class Packing implements Recording {
        private int requestKept;
        private int responseKept;
        private Optional<Route> route = Optional.empty();
        private boolean routeWritten;
        private Optional<BodyEnd> responseEnd = Optional.empty();
        private long messages;

        /** How many octets of a body are kept of these. */
        private int room(int kept, int length) {
            return Math.min(length, bodyBytesMax - kept);
        }

        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            lock.lock();
            try {
                int taken = room(requestKept, length);
                requestKept += taken;
                if (taken > 0) {
                    frame(RecordType.REQUEST_CHUNK, bytes, offset, taken);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void requestEnd(BodyEnd end) {
            write(RecordType.REQUEST_END, () -> ExchangeCodec.requestEnd(record, 0, 0, facts(end, requestKept)));
        }

        private static ExchangeCodec.BodyFacts facts(BodyEnd end, int kept) {
            return new ExchangeCodec.BodyFacts(end.bytes(), kept, end.sha256(), end.complete(), kept < end.bytes(), end.trailers());
        }

        @Override
        public void routed(Route newRoute) {
            lock.lock();
            try {
                route = Optional.of(newRoute);
                routeWritten = false;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void informational(ResponseHead head) {
            write(RecordType.INFORMATIONAL, () -> ExchangeCodec.informational(record, 0, head));
        }

        @Override
        public void response(ResponseHead head) {
            writeRoute();
            write(RecordType.RESPONSE, () -> ExchangeCodec.response(record, 0, 0, reused(), head));
        }

        private boolean reused() {
            return route.isPresent() && route.get().reused();
        }

        private void writeRoute() {
            lock.lock();
            try {
                if (route.isPresent() && !routeWritten) {
                    routeWritten = true;
                    write(RecordType.ROUTE, () -> ExchangeCodec.route(record, 0, route.get()));
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            lock.lock();
            try {
                int taken = room(responseKept, length);
                responseKept += taken;
                if (taken > 0) {
                    frame(RecordType.RESPONSE_CHUNK, bytes, offset, taken);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void responseEnd(BodyEnd end) {
            lock.lock();
            try {
                responseEnd = Optional.of(end);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void streamOpened(StreamOpen open) {
            write(RecordType.STREAM, () -> StreamCodec.open(record, 0, open));
        }

        @Override
        public void message(StreamMessage message) {
            write(RecordType.MESSAGE, () -> StreamCodec.message(record, 0, messages++, message, 0, message.payload().length));
        }

        @Override
        public void streamClosed(StreamEnd end) {
            write(RecordType.STREAM_END, () -> StreamCodec.end(record, 0, end, messages));
        }

        @Override
        public void end(ExchangeEnd end) {
            writeRoute();
            write(RecordType.END, () -> ExchangeCodec.end(record, 0, 0, 0, reused(), responseEnd.map(body -> facts(body, responseKept)), end));
        }
    }
}
