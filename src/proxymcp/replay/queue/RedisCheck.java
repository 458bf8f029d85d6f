package proxymcp.replay.queue;

import java.util.Optional;
import proxymcp.replay.queue.resp.RespConnection;
import proxymcp.replay.queue.resp.RespCommand;
import proxymcp.replay.queue.resp.RespException;
import proxymcp.replay.queue.resp.RespValue;

/** Whether a server can be trusted with jobs, and what its refusals mean. */
final class RedisCheck {
    private RedisCheck() {}

    /**
     * Looks at version and configuration.
     *
     * @param allowVolatile whether a server that keeps its data in memory alone will do
     * @throws QueueException {@code queue_version}, {@code queue_volatile}, {@code queue_eviction}, {@code queue_auth}, {@code queue_failed}
     */
    static void check(RespConnection connection, boolean allowVolatile) throws QueueException {
        String server = info(connection, "server");
        String version = line(server, "redis_version").orElse("");
        if (!isAtLeast62(version)) {
            throw new QueueException("queue_version", "the server is Redis " + (version.isEmpty() ? "of an unknown version" : version)
                    + ", and the queue needs 6.2 or newer (for XAUTOCLAIM)", "use a newer Redis, or Valkey");
        }
        if (line(server, "redis_mode").equals(Optional.of("cluster"))) {
            throw new QueueException("queue_failed", "the server is part of a Redis Cluster, over which the keys of a run would be spread",
                    "use a server that stands alone");
        }
        if (line(info(connection, "replication"), "role").equals(Optional.of("slave"))) {
            throw new QueueException("queue_failed", "the server is a replica", "name its primary");
        }
        String policy = setting(connection, "maxmemory-policy").or(() -> quietInfo(connection, "memory", "maxmemory_policy")).orElse("unknown");
        if (!policy.equals("noeviction")) {
            throw new QueueException("queue_eviction", "the server's maxmemory-policy is " + policy
                    + ", by which it would drop jobs and results when memory runs out", "set maxmemory-policy noeviction");
        }
        boolean durable = setting(connection, "appendonly").map("yes"::equals)
                .or(() -> quietInfo(connection, "persistence", "aof_enabled").map("1"::equals)).orElse(false);
        if (!durable && !allowVolatile) {
            throw new QueueException("queue_volatile", "the server has no append-only file (appendonly yes), so that its end would be that of all jobs",
                    "set appendonly yes (and appendfsync always, to lose nothing when the machine fails), or allow_volatile_queue");
        }
    }

    private static String info(RespConnection connection, String section) throws QueueException {
        try {
            return connection.call(RespCommand.of("INFO", section)).asText().orElse("");
        } catch (RespException e) {
            throw explained(e);
        }
    }

    /** As {@link #info}, where no answer is as good as none. */
    private static Optional<String> quietInfo(RespConnection connection, String section, String name) {
        try {
            return line(info(connection, section), name);
        } catch (QueueException e) {
            return Optional.empty();
        }
    }

    /** Servers that others run forbid {@code CONFIG}; what it would say stands in {@code INFO} too. */
    private static Optional<String> setting(RespConnection connection, String name) {
        try {
            return connection.call(RespCommand.of("CONFIG", "GET", name)).at(name).flatMap(RespValue::asText);
        } catch (RespException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> line(String info, String name) {
        for (String line : info.lines().toList()) {
            if (line.startsWith(name + ":")) {
                return Optional.of(line.substring(name.length() + 1).strip());
            }
        }
        return Optional.empty();
    }

    private static boolean isAtLeast62(String version) {
        String[] parts = version.split("[.-]", -1);
        if (parts.length < 2 || !parts[0].matches("[0-9]{1,4}") || !parts[1].matches("[0-9]{1,4}")) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major > 6 || major == 6 && Integer.parseInt(parts[1]) >= 2;
    }

    /** What a failure means for whoever asked for a queue. */
    static QueueException explained(RespException e) {
        String code = e.code().orElse("");
        return switch (e.reason()) {
            case UNREACHABLE, TIMEOUT, CLOSED, MALFORMED -> new QueueException("queue_unreachable", e.getMessage(),
                    "check that the server runs and is reached from here; jobs that are in it are not lost", e);
            case TLS -> new QueueException("queue_unreachable", e.getMessage(),
                    "rediss:// needs a server that speaks TLS and a certificate that is trusted; redis:// is without", e);
            case REFUSED -> refused(code, e);
        };
    }

    private static QueueException refused(String code, RespException e) {
        return switch (code) {
            case "NOAUTH" -> new QueueException("queue_auth", e.getMessage(), "give the password in the URL: redis://:password@host:port/0", e);
            case "WRONGPASS" -> new QueueException("queue_auth", e.getMessage(), "correct user and password in the URL; %40 is an @", e);
            case "NOPERM" -> new QueueException("queue_auth", e.getMessage(), "the user needs the keys " + RedisScript.ROOT
                    + "* and the commands of streams, scripts, hashes, sets and strings", e);
            case "OOM" -> new QueueException("queue_full", e.getMessage(), "raise maxmemory, or forget runs that have ended", e);
            case "MISCONF" -> new QueueException("queue_full", e.getMessage(), "the server cannot write to its disk: look there", e);
            case "READONLY" -> new QueueException("queue_failed", e.getMessage(), "the server is a replica now: name its primary", e);
            default -> isOfLogin(e.getMessage()) ? new QueueException("queue_auth", e.getMessage(), "correct user and password in the URL", e)
                    : new QueueException("queue_failed", e.getMessage(), "", e);
        };
    }

    /** Servers before version 6 answer AUTH with ERR. */
    private static boolean isOfLogin(String message) {
        return message.contains("answers AUTH with ");
    }
}
