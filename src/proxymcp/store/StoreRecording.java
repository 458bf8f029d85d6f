package proxymcp.store;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Direction;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.StreamEnd;
import proxymcp.exchange.StreamMessage;
import proxymcp.exchange.StreamOpen;
import proxymcp.http.ResponseHead;

/**
 * One exchange on its way to the log.
 *
 * <p>Request and response come from two threads, and the writer hands over what is held for long: the lock guards everything here. It is held
 * while a record waits for room, so that records of one exchange stay in order.
 */
final class StoreRecording implements Recording {
    /** A connection to an origin, without what differs from exchange to exchange. */
    private record RouteKey(Optional<String> upstreamProxy, String serverAddress, long connectionId, Object tls) {}

    /** Room for records that a recording keeps: a stream lives long, and its next message may be short. */
    private static final int RECORDS_BYTES_MAX = 8 << 10;

    private final SessionRecorder recorder;
    private final long seq;
    private final RecordedBody requestBody;
    private final RecordedBody responseBody;
    private final RecordedStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final PayloadWriter records = new PayloadWriter(768);
    private Optional<Route> route = Optional.empty();
    private Optional<BodyEnd> responseEnd = Optional.empty();
    private long routeKey;
    private boolean registered;

    StoreRecording(SessionRecorder recorder, long seq) {
        this.recorder = recorder;
        this.seq = seq;
        StoreLimits limits = recorder.limits();
        this.requestBody = new RecordedBody(RecordType.REQUEST_CHUNK, limits.inlineBodyBytes(), recorder.bodyBytesKept());
        this.responseBody = new RecordedBody(RecordType.RESPONSE_CHUNK, limits.inlineBodyBytes(), recorder.bodyBytesKept());
        this.stream = new RecordedStream(this, seq, recorder.bodyBytesKept());
    }

    @Override
    public OptionalLong storedSeq() {
        return OptionalLong.of(seq);
    }

    @Override
    public void requestBody(byte[] bytes, int offset, int length) {
        body(requestBody, bytes, offset, length);
    }

    @Override
    public void responseBody(byte[] bytes, int offset, int length) {
        body(responseBody, bytes, offset, length);
    }

    private void body(RecordedBody body, byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            body.add(bytes, offset, length, this, recorder.nowNanos());
            if (!registered && body.isHolding()) {
                registered = true;
                recorder.holding(this);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void requestEnd(BodyEnd end) {
        lock.lock();
        try {
            records.clear();
            long body = requestBody.finish(records, seq, end);
            ExchangeCodec.requestEnd(records, seq, body, requestBody.facts(end));
            handOver(false);
            requestBody.release();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void routed(Route newRoute) {
        lock.lock();
        try {
            route = Optional.of(newRoute);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void informational(ResponseHead head) {
        record(() -> ExchangeCodec.informational(records, seq, head));
    }

    @Override
    public void response(ResponseHead head) {
        lock.lock();
        try {
            records.clear();
            writeRoute();
            ExchangeCodec.response(records, seq, routeKey, route.isPresent() && route.get().reused(), head);
            handOver(false);
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
        record(() -> stream.open(records, open));
    }

    @Override
    public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            stream.part(direction, bytes, offset, length);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void message(StreamMessage message) {
        record(() -> stream.message(records, message));
    }

    @Override
    public void streamClosed(StreamEnd end) {
        record(() -> stream.end(records, end));
    }

    private void record(Runnable write) {
        lock.lock();
        try {
            records.clear();
            write.run();
            handOver(false);
            records.trim(RECORDS_BYTES_MAX);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end(ExchangeEnd end) {
        lock.lock();
        try {
            records.clear();
            writeRoute();
            long body = responseEnd.isPresent() ? responseBody.finish(records, seq, responseEnd.get()) : Position.NONE;
            ExchangeCodec.end(records, seq, body, routeKey, route.isPresent() && route.get().reused(), responseEnd.map(responseBody::facts), end);
            handOver(true);
            responseBody.release();
            requestBody.release();
        } finally {
            lock.unlock();
        }
        if (registered) {
            recorder.released(this);
        }
    }

    /** Has the octets held so far written as chunks: a body whose digest is not known cannot be stored by it. */
    void streamBodies() {
        lock.lock();
        try {
            requestBody.stream(this);
            responseBody.stream(this);
        } finally {
            lock.unlock();
        }
    }

    /** Says in the log that something of this exchange is missing. */
    void lacksParts() {
        recorder.partLost(seq);
    }

    private void writeRoute() {
        if (routeKey != 0 || route.isEmpty()) {
            return;
        }
        Route used = route.get();
        ConnectionKeys.Key key = recorder.keys().of(identity(used));
        if (key.isNew()) {
            ExchangeCodec.route(records, key.key(), used);
        }
        routeKey = key.key();
    }

    private static RouteKey identity(Route used) {
        return new RouteKey(used.upstreamProxy(), used.serverAddress(), used.connectionId(), used.tls());
    }

    private void handOver(boolean ends) {
        if (recorder.handover().put(records, -1, ends, seq, waitMillis()) == Handover.REFUSED) {
            if (route.isPresent()) {
                // Whoever comes next writes the connection again, wherever it was written before.
                recorder.keys().forget(identity(route.get()));
                routeKey = 0;
            }
            recorder.lost(new Losses(0, 0, 1, records.used()));
            if (ends) {
                recorder.endLost(seq);
            } else {
                recorder.partLost(seq);
            }
        }
    }

    long waitMillis() {
        return recorder.limits().queueWaitMillis();
    }

    /** Hands a chunk over by a buffer of its own, as another record may be in the making. */
    boolean handOverChunk(RecordType type, long bodyOffset, byte[] bytes, int count, long waitMillis) {
        PayloadWriter chunk = new PayloadWriter(RecordLayout.HEADER_BYTES + ChunkLayout.DATA_OFFSET + count);
        chunk.begin(type, seq).fixed(0).fixed(bodyOffset).raw(bytes, 0, count);
        chunk.end();
        return recorder.handover().put(chunk, -1, false, seq, waitMillis) != Handover.REFUSED;
    }

    /** Hands a part of a message over. */
    boolean handOverPart(PayloadWriter part) {
        return recorder.handover().put(part, -1, false, seq, waitMillis()) != Handover.REFUSED;
    }

    void lostBody(int bodies, int bytes) {
        recorder.lost(new Losses(bodies, 0, 0, bytes));
    }

    /** Called by the writer thread, which must not wait for a connection's thread that waits for it. */
    void handOverOld(long limitNanos) {
        if (lock.tryLock()) {
            try {
                requestBody.handOverOld(this, limitNanos);
                responseBody.handOverOld(this, limitNanos);
            } finally {
                lock.unlock();
            }
        }
    }
}
