package proxymcp.store;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.TlsInfo;
import proxymcp.http.ResponseHead;

/** The producers' side of a session: encodes on the connections' threads and hands over. Any thread may call. */
final class SessionRecorder implements ExchangeSink {
    private record ClientKey(Client client, Optional<TlsInfo> tls) {}

    private final Handover handover;
    private final StoreLimits limits;
    private final CaptureProfile profile;
    private final ConnectionKeys keys;
    private final LongSupplier nanoTime;
    private final Set<StoreRecording> holding = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Losses> losses = new AtomicReference<>(Losses.NONE);
    private final ConcurrentLinkedQueue<Long> lostEnds = new ConcurrentLinkedQueue<>();

    SessionRecorder(Handover handover, StoreLimits limits, CaptureProfile profile, ConnectionKeys keys, LongSupplier nanoTime) {
        this.handover = handover;
        this.limits = limits;
        this.profile = profile;
        this.keys = keys;
        this.nanoTime = nanoTime;
    }

    @Override
    public Recording open(ExchangeStart start) {
        PayloadWriter records = new PayloadWriter(512 + start.head().raw().length);
        ClientKey identity = new ClientKey(start.client(), start.clientTls());
        ConnectionKeys.Key key = keys.of(identity);
        if (key.isNew()) {
            ExchangeCodec.client(records, key.key(), start.client(), start.clientTls());
        }
        int startAt = records.used();
        ExchangeCodec.start(records, key.key(), start);
        long seq = handover.put(records, startAt, true, 0, limits.queueWaitMillis());
        if (seq == Handover.REFUSED) {
            if (key.isNew()) {
                keys.forget(identity);
            }
            lost(new Losses(0, 1, 0, records.used()));
            return Dropped.INSTANCE;
        }
        return new StoreRecording(this, seq);
    }

    Handover handover() {
        return handover;
    }

    StoreLimits limits() {
        return limits;
    }

    ConnectionKeys keys() {
        return keys;
    }

    long nowNanos() {
        return nanoTime.getAsLong();
    }

    /** Octets kept of each body. */
    long bodyBytesKept() {
        return switch (profile) {
            case FULL -> Long.MAX_VALUE;
            case PREVIEW -> limits.previewBytes();
        };
    }

    void holding(StoreRecording recording) {
        holding.add(recording);
    }

    void released(StoreRecording recording) {
        holding.remove(recording);
    }

    void lost(Losses more) {
        losses.updateAndGet(before -> before.plus(more));
    }

    void endLost(long seq) {
        lostEnds.add(seq);
    }

    /** What was lost since the last call. Called by the writer. */
    Losses takeLosses() {
        return losses.getAndSet(Losses.NONE);
    }

    /** A seq whose end was lost, if there is one. Called by the writer. */
    Optional<Long> takeLostEnd() {
        return Optional.ofNullable(lostEnds.poll());
    }

    /** Has octets written that are held for long. Called by the writer. */
    void handOverOld() {
        long limit = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(limits.pendingBodyMillis());
        holding.forEach(recording -> recording.handOverOld(limit));
    }

    /** Takes what follows an exchange that was dropped whole, and counted. */
    private enum Dropped implements Recording {
        INSTANCE;

        @Override
        public void requestBody(byte[] bytes, int offset, int length) {}

        @Override
        public void requestEnd(BodyEnd end) {}

        @Override
        public void routed(Route route) {}

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void response(ResponseHead head) {}

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {}

        @Override
        public void responseEnd(BodyEnd end) {}

        @Override
        public void end(ExchangeEnd end) {}
    }
}
