package proxymcp.replay.queue.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.tls.ClientTls;
import proxymcp.tls.UpstreamTrust;

/** One connection: to a real server with and without a login and TLS, and to scripted ones that are old, silent or none. */
@Timeout(60)
final class RespConnectionTest {
    private static final RespSettings QUICK = new RespSettings(300, 300, RespLimits.DEFAULT, Optional.empty());

    @TempDir Path folder;

    /** Answers the commands of each connection by one text each, in order, and keeps what came. */
    private static final class ScriptedServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        private final LinkedBlockingQueue<String> came = new LinkedBlockingQueue<>();

        ScriptedServer(String... answers) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!listener.isClosed()) {
                    try (Socket socket = listener.accept()) {
                        answer(socket, answers);
                    } catch (IOException e) {
                        // The client left, or the test is over.
                    }
                }
            });
        }

        private void answer(Socket socket, String... answers) throws IOException {
            InputStream in = socket.getInputStream();
            byte[] octets = new byte[4_096];
            for (String answer : answers) {
                int count = in.read(octets);
                if (count < 0) {
                    return;
                }
                came.add(new String(octets, 0, count, StandardCharsets.UTF_8));
                if (answer.isEmpty()) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            }
            while (in.read(octets) >= 0) {
                // Silence is the answer to all others.
            }
        }

        RespAddress address(Optional<String> password, int database) {
            return new RespAddress(false, "127.0.0.1", listener.getLocalPort(), Optional.empty(), password, database);
        }

        String next() throws InterruptedException {
            return String.valueOf(came.poll(10, TimeUnit.SECONDS));
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private static RespConnection open(RespAddress address) throws RespException {
        return RespConnection.open(address, RespSettings.of(Optional.empty()), System::nanoTime);
    }

    private static RespException failure(RespAddress address) {
        return assertThrows(RespException.class, () -> RespConnection.open(address, QUICK, System::nanoTime).close());
    }

    @Test void commandsThatAreSentAtOnceAreAnsweredInOrder() throws Exception {
        try (RedisServer server = RedisServer.start(folder); RespConnection connection = server.connect()) {
            List<RespCommand> commands = new ArrayList<>();
            byte[] all = new byte[256];
            for (int i = 0; i < 256; i++) {
                all[i] = (byte) i;
            }
            for (int i = 0; i < 2_000; i++) {
                commands.add(RespCommand.of("SET").add("k" + i).add(all));
                commands.add(RespCommand.of("INCR", "n"));
            }
            commands.add(RespCommand.of("LPUSH", "n", "x"));
            commands.add(RespCommand.of("GET", "k1999"));
            RespConnection.Answers answers = connection.pipeline(commands);
            assertEquals(Optional.empty(), answers.failure());
            for (int i = 0; i < 2_000; i++) {
                assertEquals(new RespValue.Status("OK"), answers.values().get(2 * i));
                assertEquals(new RespValue.Whole(i + 1), answers.values().get(2 * i + 1));
            }
            assertEquals("WRONGTYPE", ((RespValue.Failure) answers.values().get(4_000)).code());
            assertEquals(new RespValue.Bulk(all), answers.values().get(4_001));
            // RESP3 is spoken: a map is one.
            connection.call(RespCommand.of("HSET", "h", "a", "b"));
            assertEquals(new RespValue.Pairs(List.of(new RespValue.Bulk(new byte[] {'a'}), new RespValue.Bulk(new byte[] {'b'}))),
                    connection.call(RespCommand.of("HGETALL", "h")));
        }
    }

    @Test void loginAndDatabaseAreThoseOfTheAddress() throws Exception {
        try (RedisServer server = RedisServer.start(folder, "--requirepass", "s3 cret")) {
            RespException none = failure(server.address());
            assertEquals(RespException.Reason.REFUSED, none.reason());
            assertEquals(Optional.of("NOAUTH"), none.code());
            RespException wrong = failure(server.address(Optional.empty(), Optional.of("s3 secret"), 0));
            assertEquals(Optional.of("WRONGPASS"), wrong.code());
            assertFalse(wrong.getMessage().contains("s3"), wrong.getMessage());
            RespException database = failure(server.address(Optional.empty(), Optional.of("s3 cret"), 99));
            assertTrue(database.getMessage().contains("SELECT"), database.getMessage());
            RespAddress third = server.address(Optional.empty(), Optional.of("s3 cret"), 3);
            try (RespConnection connection = open(third)) {
                connection.call(RespCommand.of("SET", "a", "b"));
                connection.call(RespCommand.of("ACL", "SETUSER", "worker", "on", ">pass", "~*", "+@all"));
                assertTrue(connection.call(RespCommand.of("CLIENT", "INFO")).asText().orElse("").contains("db=3"));
            }
            try (RespConnection connection = open(server.address(Optional.of("worker"), Optional.of("pass"), 3))) {
                assertEquals(Optional.of("b"), connection.call(RespCommand.of("GET", "a")).asText());
                assertEquals(Optional.of("worker"), connection.call(RespCommand.of("ACL", "WHOAMI")).asText());
            }
        }
    }

    @Test void tlsVerifiesTheServerByOurSettings() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Process made = new ProcessBuilder(Programs.require("openssl").toString(), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "5", "-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                key.toString(), "-out", certificate.toString()).redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
        assertEquals(0, made.waitFor(), () -> "openssl, see " + folder);
        try (RedisServer server = RedisServer.start(folder.resolve("data"), "--tls-port", "0")) {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                port = free.getLocalPort();
            }
            for (List<String> set : List.of(List.of("tls-auth-clients", "no"), List.of("tls-cert-file", certificate.toString(), "tls-key-file",
                    key.toString(), "tls-ca-cert-file", certificate.toString()), List.of("tls-port", Integer.toString(port)))) {
                List<String> arguments = new ArrayList<>(List.of("SET"));
                arguments.addAll(set);
                server.call("CONFIG", arguments.toArray(new String[0]));
            }
            RespAddress address = new RespAddress(true, "127.0.0.1", port, Optional.empty(), Optional.empty(), 0);
            ClientTls trusting = new ClientTls(new UpstreamTrust.Verify(List.of(certificate)), List.of());
            try (RespConnection connection = RespConnection.open(address, RespSettings.of(Optional.of(trusting)), System::nanoTime)) {
                assertEquals(Optional.of("PONG"), connection.call(RespCommand.of("PING")).asText());
            }
            ClientTls strict = new ClientTls(new UpstreamTrust.Verify(List.of()), List.of());
            RespException untrusted = assertThrows(RespException.class,
                    () -> RespConnection.open(address, RespSettings.of(Optional.of(strict)), System::nanoTime));
            assertEquals(RespException.Reason.TLS, untrusted.reason());
            assertTrue(Files.exists(certificate));
        }
    }

    /** A Redis before version 6 knows no HELLO; a login then goes by AUTH. */
    @Test void anOldServerIsGreetedTheOldWay() throws Exception {
        String unknown = "-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n";
        try (ScriptedServer server = new ScriptedServer(unknown, "+OK\r\n", "+PONG\r\n", "+OK\r\n", "$1\r\nx\r\n");
                RespConnection connection = open(server.address(Optional.of("p"), 2))) {
            assertEquals(Optional.of("x"), connection.call(RespCommand.of("GET", "a")).asText());
            assertEquals("*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$1\r\np\r\n", server.next());
            assertEquals("*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n", server.next());
            assertEquals("*1\r\n$4\r\nPING\r\n", server.next());
            assertEquals("*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n", server.next());
        }
    }

    @Test void whatComesUnaskedIsNoAnswer() throws Exception {
        try (ScriptedServer server = new ScriptedServer("%0\r\n", ">2\r\n+invalidate\r\n_\r\n+OK\r\n");
                RespConnection connection = open(server.address(Optional.empty(), 0))) {
            assertEquals(new RespValue.Status("OK"), connection.call(RespCommand.of("SET", "a", "b")));
        }
    }

    @Test void eachWayOfNotAnsweringIsTold() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = free.getLocalPort();
        }
        RespException refused = failure(new RespAddress(false, "127.0.0.1", nobody, Optional.empty(), Optional.empty(), 0));
        assertEquals(RespException.Reason.UNREACHABLE, refused.reason());
        assertTrue(refused.getMessage().startsWith("127.0.0.1:" + nobody + " cannot be reached"), refused.getMessage());
        try (ScriptedServer silent = new ScriptedServer(); ScriptedServer other = new ScriptedServer("HTTP/1.1 400 Bad Request\r\n\r\n");
                ScriptedServer closing = new ScriptedServer("")) {
            assertEquals(RespException.Reason.TIMEOUT, failure(silent.address(Optional.empty(), 0)).reason());
            assertEquals(RespException.Reason.MALFORMED, failure(other.address(Optional.empty(), 0)).reason());
            RespException closed = failure(closing.address(Optional.empty(), 0));
            assertTrue(closed.reason() == RespException.Reason.CLOSED || closed.reason() == RespException.Reason.UNREACHABLE, closed.getMessage());
            assertFalse(closed.mayHaveRun());
        }
    }

    @Test void aCommandWithoutAnAnswerMayHaveRun() throws Exception {
        try (ScriptedServer server = new ScriptedServer("%0\r\n");
                RespConnection connection = RespConnection.open(server.address(Optional.empty(), 0), QUICK, System::nanoTime)) {
            RespException late = assertThrows(RespException.class, () -> connection.call(RespCommand.of("SET", "a", "secret")));
            assertEquals(RespException.Reason.TIMEOUT, late.reason());
            assertTrue(late.mayHaveRun());
            assertFalse(late.getMessage().contains("secret"));
        }
    }
}
