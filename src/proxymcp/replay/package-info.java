/**
 * Recorded requests sent again: which ones, what is changed about them, how fast, and what came back.
 *
 * <p>Lives here: choosing exchanges of a session ({@link proxymcp.replay.Planner}), building a request from its recording, sending it through
 * {@code upstream} and recording the answer, and the control of runs.
 *
 * <p>Does not know: the proxy, tools, the protocol that tools are called by.
 *
 * <p>Threads: plans and requests are immutable; an {@link proxymcp.replay.ItemSender} is called by many threads at a time, one an item.
 *
 * <p>Read {@link proxymcp.replay.Plan}, then {@link proxymcp.replay.ItemSender}: control is on one side of it, sending on the other.
 */
package proxymcp.replay;
