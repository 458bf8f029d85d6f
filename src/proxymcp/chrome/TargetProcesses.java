package proxymcp.chrome;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds and ends the processes of targets. A process belongs to a target if it was started by one that does, or if it names the target's folder:
 * among its arguments ({@link TargetFolders#MARKER}), or, where the system tells that of others (Linux), in its environment. So those are found
 * too whose parent has gone.
 */
final class TargetProcesses {
    /** A variable with the path of the target's folder, which processes hand down. */
    static final String VARIABLE = "PROXY_MCP_TARGET";
    /** How long processes that were killed may take to be gone; more only where the system hangs. */
    static final long FORCED_MILLIS = 1_000;

    private static final long LOOK_NANOS = 3_000_000;
    /** Who starts others without end is not chased for ever. */
    private static final int ROUNDS_MAX = 3;

    private TargetProcesses() {}

    /**
     * All that run now.
     *
     * @param roots processes that are known; of one that has ended nothing is concluded
     * @param folders of targets, or of servers with all their targets
     */
    static Set<ProcessHandle> find(Collection<ProcessHandle> roots, Collection<Path> folders) {
        Set<ProcessHandle> found = new LinkedHashSet<>();
        for (ProcessHandle root : roots) {
            if (root.isAlive()) {
                found.add(root); // A number that was given away since would bring another's children.
            }
        }
        Map<Long, List<ProcessHandle>> children = new HashMap<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            if (!process.equals(ProcessHandle.current())) {
                process.parent().ifPresent(parent -> children.computeIfAbsent(parent.pid(), pid -> new ArrayList<>()).add(process));
                if (!folders.isEmpty() && names(process, folders)) {
                    found.add(process);
                }
            }
        }
        Deque<ProcessHandle> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (ProcessHandle child : children.getOrDefault(open.poll().pid(), List.of())) {
                if (found.add(child)) {
                    open.add(child);
                }
            }
        }
        found.removeIf(process -> !runs(process));
        return found;
    }

    private static boolean names(ProcessHandle process, Collection<Path> folders) {
        return CommandLines.of(process).stream().anyMatch(argument -> isBelow(argument, TargetFolders.MARKER, folders))
                || CommandLines.environment(process).stream().anyMatch(variable -> isBelow(variable, VARIABLE + "=", folders));
    }

    private static boolean isBelow(String text, String prefix, Collection<Path> folders) {
        if (!text.startsWith(prefix)) {
            return false;
        }
        String named = text.substring(prefix.length());
        return folders.stream().map(Path::toString)
                .anyMatch(folder -> named.equals(folder) || named.startsWith(folder + File.separator));
    }

    /** Whether it can still do anything. One that has ended and that nobody has buried yet counts as alive elsewhere. */
    static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            int state = stat.lastIndexOf(')') + 2;
            return state >= stat.length() || "ZXx".indexOf(stat.charAt(state)) < 0;
        } catch (IOException e) {
            return process.isAlive(); // It has just ended, or the system tells by other means.
        }
    }

    /** Asks all of them to end, and makes those that are left after {@code graceMillis}. */
    static void end(Collection<ProcessHandle> roots, Collection<Path> folders, long graceMillis) {
        if (graceMillis > 0) {
            Set<ProcessHandle> all = find(roots, folders);
            all.forEach(ProcessHandle::destroy);
            awaitEnd(all, graceMillis);
        }
        kill(roots, folders);
    }

    /** Makes all of them end, and those that they start meanwhile. */
    static void kill(Collection<ProcessHandle> roots, Collection<Path> folders) {
        // Those that are known go first: several browsers that start leave no time to read what all processes of the machine were started with.
        Set<ProcessHandle> left = find(roots, List.of());
        left.forEach(ProcessHandle::destroyForcibly);
        left.addAll(find(left, folders));
        for (int round = 0; !left.isEmpty() && round < ROUNDS_MAX; round++) {
            left.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(left, FORCED_MILLIS);
            left = find(left, folders);
        }
    }

    /** Waits until none of them runs; an interrupt ends the wait. */
    static void awaitEnd(Collection<ProcessHandle> processes, long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        for (ProcessHandle process : processes) {
            while (runs(process) && System.nanoTime() - until < 0 && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }
}
