/**
 * What differs between two sessions: which endpoints, which exchanges, which fields, and which of those matter.
 *
 * <p>Lives here: the model of fields ({@link proxymcp.diff.Location}, {@link proxymcp.diff.Leaf}, {@link proxymcp.diff.ExchangeFields}, read by
 * {@link proxymcp.diff.FieldReader}), endpoints learned from paths ({@link proxymcp.diff.Endpoint}), the alignment of two sessions and the comparison
 * of two exchanges ({@link proxymcp.diff.FieldDiff}); what fields are for and how likely they are noise ({@link proxymcp.diff.RoleGuess},
 * {@link proxymcp.diff.Volatility}); and all of it together ({@link proxymcp.diff.SessionDiff}).
 *
 * <p>Does not know: tools, pools, files. Exchanges come from {@code store}, what bodies hold from {@code codec}, {@code json} and {@code decode}.
 *
 * <p>Threads: no state is shared; the same sessions always give the same answer. It is CPU-bound work and belongs on the bounded pool. Read
 * {@link proxymcp.diff.ExchangeFields} first, then {@code FieldReader} and {@code FieldDiff}.
 */
package proxymcp.diff;
