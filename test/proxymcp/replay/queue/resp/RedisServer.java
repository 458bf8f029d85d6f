package proxymcp.replay.queue.resp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/** A {@code redis-server} of its own on a free port of 127.0.0.1, that forces each write; it can be killed, and started again with what it had. */
public final class RedisServer implements AutoCloseable {
    private static final long START_MILLIS = 20_000;

    private final Path folder;
    private final List<String> options;
    private final int port;
    private Process process;

    private RedisServer(Path folder, List<String> options, int port) {
        this.folder = folder;
        this.options = options;
        this.port = port;
    }

    /**
     * Starts one whose log is in {@code folder}. Where the program is missing, the calling test is skipped.
     *
     * @param options added to the command line, and stronger than what is there
     */
    public static RedisServer start(Path folder, String... options) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        RedisServer server = new RedisServer(folder, List.of(options), freePort());
        server.startAgain();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** Starts it on the same port with the same folder, and waits until it listens. */
    public void startAgain() throws IOException, InterruptedException {
        Path log = folder.resolve("redis.log");
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(List.of(Programs.require("redis-server").toString(), "--port", Integer.toString(port),
                "--bind", "127.0.0.1", "--dir", folder.toString(), "--save", "", "--appendonly", "yes", "--appendfsync", "always"));
        command.addAll(options);
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (!Files.exists(log) || !Files.readString(log).contains("Ready to accept connections")) {
            if (!process.isAlive() || System.nanoTime() - until > 0) {
                throw new IOException("redis-server does not start: " + Files.readString(log));
            }
            process.waitFor(5, TimeUnit.MILLISECONDS);
        }
    }

    /** Kills it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Its port of 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** It, without a login, with database 0. */
    public RespAddress address() {
        return address(Optional.empty(), Optional.empty(), 0);
    }

    /** It, as somebody. */
    public RespAddress address(Optional<String> user, Optional<String> password, int database) {
        return new RespAddress(false, "127.0.0.1", port, user, password, database);
    }

    /** A connection of its own. */
    public RespConnection connect() throws RespException {
        return RespConnection.open(address(), RespSettings.of(Optional.empty()), System::nanoTime);
    }

    /** What a command answers. */
    public RespValue call(String name, String... arguments) throws RespException {
        try (RespConnection connection = connect()) {
            return connection.call(RespCommand.of(name, arguments));
        }
    }

    /** Kills it, and waits for its end: what it wrote into can be deleted then. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
