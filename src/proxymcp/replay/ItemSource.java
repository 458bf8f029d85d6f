package proxymcp.replay;

/** Has the requests of items before anything is changed about them. Any thread may call. */
public interface ItemSource {
    /** The request of {@code item}, or why it cannot be had. */
    ItemChanges.Outcome request(PlanItem item);
}
