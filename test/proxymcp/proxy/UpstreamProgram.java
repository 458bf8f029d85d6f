package proxymcp.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/** A real proxy server as a child process on a free port of 127.0.0.1, with a configuration of its own and no service. */
final class UpstreamProgram implements AutoCloseable {
    private final Process process;
    private final int port;

    private UpstreamProgram(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Dante. {@code method} is none, or username, which asks the system about user and password.
     *
     * @param blocked a port of 127.0.0.1 that its rules forbid
     */
    static UpstreamProgram dante(Path folder, String method, int blocked) throws IOException {
        int port = RunningProxy.closedPort();
        String user = System.getProperty("user.name");
        Path configuration = Files.writeString(folder.resolve("danted.conf"), """
                logoutput: stdout
                internal: 127.0.0.1 port = %d
                external: 127.0.0.1
                clientmethod: none
                socksmethod: %s
                user.privileged: %s
                user.unprivileged: %s
                client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
                socks block { from: 127.0.0.0/8 to: 127.0.0.1/32 port = %d }
                socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
                """.formatted(port, method, user, user, blocked));
        return started(port, " running", List.of(Programs.require("danted").toString(), "-f", configuration.toString(), "-p",
                folder.resolve("danted.pid").toString()));
    }

    /**
     * Squid, which accepts user {@code user} with password {@code s:cr@t} alone.
     *
     * @param blocked a port that its rules forbid
     */
    static UpstreamProgram squid(Path folder, int blocked) throws IOException {
        int port = RunningProxy.closedPort();
        // Run by root, it goes on as another user, who has to read what stands here.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path logins = Files.writeString(folder.resolve("logins.sh"), """
                #!/bin/sh
                while read -r login; do
                    if [ "$login" = 'user s:cr@t' ]; then echo OK; else echo ERR; fi
                done
                """);
        Files.setPosixFilePermissions(logins, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path configuration = Files.writeString(folder.resolve("squid.conf"), """
                http_port 127.0.0.1:%d
                pid_filename none
                cache_log /dev/null
                access_log none
                cache deny all
                netdb_filename none
                pinger_enable off
                shutdown_lifetime 0 seconds
                auth_param basic program %s
                auth_param basic children 1 startup=1
                acl known proxy_auth REQUIRED
                acl blocked port %d
                http_access deny !known
                http_access deny blocked
                http_access allow all
                """.formatted(port, logins, blocked));
        return started(port, "Accepting HTTP Socket connections",
                List.of(Programs.require("squid").toString(), "-N", "-d", "1", "-f", configuration.toString()));
    }

    private static UpstreamProgram started(int port, String ready, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.contains(ready)) {
                Thread.ofVirtual().start(() -> drain(said));
                awaitListening(process, port);
                return new UpstreamProgram(process, port);
            }
            all.append(line).append('\n');
        }
        throw new IOException(command.get(0) + " did not start: " + all);
    }

    /** Some say that they are ready shortly before they are. */
    private static void awaitListening(Process process, int port) throws IOException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (ConnectException e) {
                if (!process.isAlive() || System.nanoTime() - due > 0) {
                    process.destroyForcibly();
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    int port() {
        return port;
    }

    /** Ends it with its own children: killed at once, Dante would leave them behind. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** A full pipe would stop it. */
    private static void drain(BufferedReader said) {
        try (said) {
            while (said.read() >= 0) {
                // What it says of connections is of no interest.
            }
        } catch (IOException e) {
            return; // The process was ended.
        }
    }
}
