package proxymcp.replay;

import java.util.function.Predicate;

/**
 * What a run needs beside its plan.
 *
 * @param settings how it goes about its items
 * @param sender sends them; closed when the run ends
 * @param isUnsafe whether an item's request may change something, with its overrides; such a one is journalled before its first octet
 * @param memory has what is learned from answers
 */
public record PreparedRun(RunSettings settings, ItemSender sender, Predicate<PlanItem> isUnsafe, RunMemory memory) {
    /** A run whose overrides change no method, and that learns nothing from its answers. */
    public PreparedRun(RunSettings settings, ItemSender sender) {
        this(settings, sender, PreparedRun::mayChange, RunMemory.NONE);
    }

    /** Whether a request that is sent as recorded may change something. */
    public static boolean mayChange(PlanItem item) {
        return !Safety.isSafe(item.method()) || GraphQlUrl.isMutation(item.originalUrl());
    }
}
