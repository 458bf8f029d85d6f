package proxymcp.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import proxymcp.exchange.Client;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Recording;
import proxymcp.exchange.TlsInfo;
import proxymcp.exchange.Unrecorded;

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
    private volatile boolean stopped;
    private final ConcurrentLinkedQueue<Long> lostEnds = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> lostParts = new ConcurrentLinkedQueue<>();

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
            return Unrecorded.INSTANCE;
        }
        return new StoreRecording(this, seq);
    }

    /** Takes nothing more: what still runs is ended by the writer. A refusal from now on is no loss. */
    void stop() {
        stopped = true;
        handover.close();
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
        if (!stopped) {
            losses.updateAndGet(before -> before.plus(more));
        }
    }

    void endLost(long seq) {
        if (!stopped) {
            lostEnds.add(seq);
        }
    }

    void partLost(long seq) {
        if (!stopped) {
            lostParts.add(seq);
        }
    }

    /** What was lost since the last call. Called by the writer. */
    Losses takeLosses() {
        return losses.getAndSet(Losses.NONE);
    }

    /** What was lost and not taken yet. */
    Losses pendingLosses() {
        return losses.get();
    }

    /** Seqs of exchanges whose end was lost since the last call. Called by the writer. */
    List<Long> takeLostEnds() {
        return takeAll(lostEnds);
    }

    /** Seqs of exchanges of which other records were lost since the last call. Called by the writer. */
    List<Long> takeLostParts() {
        return takeAll(lostParts);
    }

    private static List<Long> takeAll(Queue<Long> seqs) {
        List<Long> taken = new ArrayList<>();
        for (Long seq = seqs.poll(); seq != null; seq = seqs.poll()) {
            taken.add(seq);
        }
        return taken;
    }

    /** Has octets written that are held for long. Called by the writer. */
    void handOverOld() {
        long limit = nanoTime.getAsLong() - TimeUnit.MILLISECONDS.toNanos(limits.pendingBodyMillis());
        holding.forEach(recording -> recording.handOverOld(limit));
    }

}
