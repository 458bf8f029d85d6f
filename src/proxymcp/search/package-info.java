/**
 * Finding text in the bodies and heads of a session.
 *
 * <p>Knows no tool and no pool: whoever asks lends an {@link java.util.concurrent.Executor}. Bodies come from {@code store}, content codings and
 * charsets from {@code codec}.
 *
 * <p>Threads: the one that asks searches, and as many more as the executor has free; each has its own {@code PartSearch}. {@code SearchRun} puts
 * together, under its lock, what they find. Read {@link proxymcp.search.BodySearch} first, then {@code SearchRun}, {@code PartSearch},
 * {@code BodyLook}.
 */
package proxymcp.search;
