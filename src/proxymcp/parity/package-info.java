/**
 * Whether a replay, or another session, still means what its baseline meant.
 *
 * <p>Lives here: the schema that is learned of each endpoint ({@code LearnedSchema}), the three judgements of each pair, what tells that a page came in
 * place of the answer ({@code BlockDetector}), rules ({@link proxymcp.parity.ParityRule}), the report with its written forms, and where it is kept
 * ({@link proxymcp.parity.ParityFiles}).
 *
 * <p>Does not know: tools, pools, sending. Fields, endpoints and alignment come from {@code diff}, runs from {@code replay}, what flows extract from
 * {@code template}.
 *
 * <p>Threads: no state is shared; the same sessions always give the same answer. It is CPU-bound work and belongs on the bounded pool. Read
 * {@link proxymcp.parity.ParityRun} first.
 */
package proxymcp.parity;
