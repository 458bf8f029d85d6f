package proxymcp.chrome;

import java.util.List;

/**
 * One way to capture, and what is captured by it.
 *
 * @param id {@code chrome} or {@code terminal}
 * @param name for people
 * @param description one sentence
 * @param isActivable whether what it needs is on this machine
 * @param targets live browsers, or processes that were not killed yet; oldest first
 */
public record InterceptorStatus(String id, String name, String description, boolean isActivable, List<ActiveTarget> targets) {}
