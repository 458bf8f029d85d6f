package proxymcp.replay;

import java.util.Optional;
import java.util.UUID;

/**
 * One request of a plan.
 *
 * @param index place in the plan, from 0; refresh items go on behind the last item
 * @param seq the original's seq in its session
 * @param exchangeId the original's id
 * @param startedAtMillis when the original began, epoch milliseconds
 * @param method method as recorded
 * @param originalUrl absolute URL as recorded
 * @param targetUrl where it goes before overrides: the original's URL, or what a target override makes of it
 * @param hasRequestBody whether a body goes with it
 * @param skipped why it is not sent; empty if it is
 */
public record PlanItem(int index, long seq, UUID exchangeId, long startedAtMillis, String method, String originalUrl, String targetUrl,
        boolean hasRequestBody, Optional<Skip> skipped) {
    /** Scheme and authority of {@link #targetUrl}, {@code https://example.org:8443}: what one origin's limits hold for. */
    public String origin() {
        int authority = targetUrl.indexOf("://");
        int path = authority < 0 ? -1 : targetUrl.indexOf('/', authority + 3);
        return path < 0 ? targetUrl : targetUrl.substring(0, path);
    }
}
