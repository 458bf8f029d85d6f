package proxymcp.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import proxymcp.search.SearchResult.End;
import proxymcp.store.IndexEntry;
import proxymcp.store.SeqScan;
import proxymcp.store.Session;
import proxymcp.store.WorkWatch;

/**
 * One search, divided into parts of some hundred exchanges. The thread that asks takes one part after another; others help when they come free.
 * It never waits for a part that nobody has begun, so that searches which hold all threads of a pool still end.
 *
 * <p>The lock guards what is taken, and what is put together: parts in their order, so that the same is found whoever was quicker.
 */
final class SearchRun {
    private static final int PART_EXCHANGES = 128;
    /** The expression is called too slow then: each took seconds. */
    private static final int TIMED_OUT_MAX = 5;

    /** Exchanges to search, {@code number} counting from 0. */
    private record Part(int number, long[] seqs, int count) {}

    /** A match, until it is known whether it is returned. */
    private record Match(long seq, PartSearch.Spot spot) {}

    /** What came of a part; {@code slow} if it was given up behind {@code through}. */
    private record Found(SearchCounts counts, List<Match> matches, long through, boolean slow) {}

    private final Session session;
    private final SearchRequest request;
    private final LongSupplier nanoTime;
    private final WorkWatch watch;
    private final AtomicLong timedOut = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition helperLeft = lock.newCondition();
    private final SeqScan scan;
    private final Map<Integer, Found> waiting = new HashMap<>();
    private final List<Match> matches = new ArrayList<>();
    private SearchCounts counts = SearchCounts.NONE;
    private long scansLeft;
    private int taken;
    private int merged;
    private long through;
    private Optional<End> end = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();
    private int helpers;
    private boolean closed;

    SearchRun(Session session, SearchRequest request, LongSupplier nanoTime, WorkWatch watch) throws IOException {
        this.session = session;
        this.request = request;
        this.nanoTime = nanoTime;
        this.watch = watch;
        this.scan = session.scan(request.filter(), request.afterSeq());
        this.scansLeft = request.scanMax();
        this.through = request.afterSeq();
    }

    SearchResult run(Executor executor, int threads) throws IOException {
        for (int i = 1; i < threads && scan.lastSeq() - request.afterSeq() > (long) i * PART_EXCHANGES; i++) {
            executor.execute(this::help);
        }
        try (PartSearch search = new PartSearch(session, request, watch, nanoTime)) {
            work(search);
            awaitHelpers();
            rethrow();
            return result(search);
        } finally {
            awaitHelpers();
        }
    }

    private void help() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            helpers++;
        } finally {
            lock.unlock();
        }
        try (PartSearch search = new PartSearch(session, request, watch, nanoTime)) {
            work(search);
        } catch (IOException e) {
            fail(e);
        } finally {
            lock.lock();
            helpers--;
            helperLeft.signalAll();
            lock.unlock();
        }
    }

    /** Helpers that run end soon, as nothing is left to take; those that did not begin never will. */
    private void awaitHelpers() {
        lock.lock();
        try {
            closed = true;
            while (helpers > 0) {
                helperLeft.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work(PartSearch search) {
        try {
            for (Optional<Part> part = take(search); part.isPresent(); part = take(search)) {
                put(part.get().number(), search(search, part.get()));
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        lock.lock();
        try {
            failure = failure.isPresent() ? failure : Optional.of(e);
        } finally {
            lock.unlock();
        }
    }

    private void rethrow() throws IOException {
        if (failure.isPresent()) {
            switch (failure.get()) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure.get());
            }
        }
    }

    private Optional<Part> take(PartSearch search) throws IOException {
        if (watch.cancelled()) {
            throw new CancellationException("cancelled while a session was searched");
        }
        lock.lock();
        try {
            if (end.isPresent() || failure.isPresent()) {
                return Optional.empty();
            }
            long[] seqs = new long[PART_EXCHANGES];
            int count = wanted(search, seqs, (int) Math.min(PART_EXCHANGES, scansLeft));
            scansLeft -= count;
            return count == 0 ? Optional.empty() : Optional.of(new Part(taken++, seqs, count));
        } finally {
            lock.unlock();
        }
    }

    private int wanted(PartSearch search, long[] seqs, int most) throws IOException {
        int count = 0;
        long[] one = new long[1];
        while (count < most && scan.next(one, 1) == 1) {
            if (search.isWanted(one[0])) {
                seqs[count++] = one[0];
            }
        }
        return count;
    }

    private Found search(PartSearch search, Part part) throws IOException {
        SearchCounts found = SearchCounts.NONE;
        List<Match> hits = new ArrayList<>();
        for (int i = 0; i < part.count(); i++) {
            if (watch.cancelled()) {
                throw new CancellationException("cancelled while a session was searched");
            }
            long seq = part.seqs()[i];
            Optional<PartSearch.Spot> spot = search.search(seq);
            spot.ifPresent(where -> hits.add(new Match(seq, where)));
            SearchCounts one = search.counts(spot.isPresent());
            found = found.plus(one);
            if (one.timedOut() > 0 && timedOut.addAndGet(one.timedOut()) >= TIMED_OUT_MAX) {
                return new Found(found, hits, seq, true);
            }
        }
        return new Found(found, hits, part.seqs()[part.count() - 1], false);
    }

    private void put(int number, Found found) {
        long reached;
        lock.lock();
        try {
            waiting.put(number, found);
            for (Found next = waiting.remove(merged); next != null && end.isEmpty(); next = waiting.remove(merged)) {
                merge(next);
                merged++;
            }
            reached = through;
        } finally {
            lock.unlock();
        }
        watch.done(reached, scan.lastSeq());
    }

    private void merge(Found found) {
        counts = counts.plus(found.counts());
        through = found.through();
        for (Match match : found.matches()) {
            if (matches.size() < request.hitsMax()) {
                matches.add(match);
            }
        }
        if (found.slow()) {
            end = Optional.of(End.TOO_SLOW);
        } else if (request.stopsWhenFull() && matches.size() == request.hitsMax()) {
            end = Optional.of(End.FULL);
        }
    }

    private SearchResult result(PartSearch search) throws IOException {
        if (end.isEmpty()) {
            boolean more = scansLeft == 0 && wanted(search, new long[1], 1) == 1;
            end = Optional.of(more ? End.SCANNED : End.ALL);
        }
        List<Hit> hits = new ArrayList<>();
        for (Match match : matches) {
            IndexEntry entry = session.find(match.seq()).orElseThrow();
            hits.add(new Hit(entry, match.spot().place(), match.spot().frame(), search.isWhole(match.seq(), match.spot()),
                    search.snippets(match.seq(), match.spot())));
        }
        return new SearchResult(counts, List.copyOf(hits), end.get(), through);
    }
}
