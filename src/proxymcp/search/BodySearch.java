package proxymcp.search;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import proxymcp.store.Session;
import proxymcp.store.WorkWatch;

/**
 * Looks through what a session holds, oldest first: bodies whole, whatever their size, with their content codings undone and in their charset.
 *
 * <p>An exchange matches once, at the first place that does. Bodies that media type or a NUL tells to be binary are left out, and counted; bodies
 * that cannot be decoded are searched as they came, and counted; an exchange that is in flight has no body yet. Messages of its stream it has.
 */
public final class BodySearch {
    private BodySearch() {}

    /**
     * Searches.
     *
     * @param executor may run parts of the work on other threads; that it runs none is fine
     * @param threads how many threads to use at most, the caller's with them
     * @param nanoTime monotonic clock, for expressions that take too long
     * @param watch is told the seq that was reached
     * @throws java.util.concurrent.CancellationException if {@code watch} says so
     * @throws IOException if the session cannot be read; damage of single exchanges is counted instead
     */
    public static SearchResult run(Session session, SearchRequest request, Executor executor, int threads, LongSupplier nanoTime,
            WorkWatch watch) throws IOException {
        return new SearchRun(session, request, nanoTime, watch).run(executor, threads);
    }
}
