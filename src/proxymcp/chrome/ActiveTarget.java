package proxymcp.chrome;

import proxymcp.json.JsonObject;

/**
 * A browser or process whose traffic is captured.
 *
 * @param targetId {@code chrome_<pid>}, {@code proc_<pid>} or {@code env_<number>}
 * @param interceptorId {@code chrome} or {@code terminal}
 * @param description one line
 * @param activatedAtMillis epoch milliseconds
 * @param details members by kind, as results show them
 */
public record ActiveTarget(String targetId, String interceptorId, String description, long activatedAtMillis, JsonObject details) {}
