package proxymcp.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.TlsInfo;

/** A client that has a ticket of the origin from before, and sends 0-RTT data to us. */
@Timeout(60)
final class EarlyDataTest {
    private static final String REQUEST = "GET /late HTTP/1.1\r\n\r\n";
    private static final byte[] HELLO = {22, 3, 1, 0, 2, 1, 2};
    private static final byte[] CHANGE_CIPHER_SPEC = {20, 3, 3, 0, 1, 1};
    private static final byte[] SECOND = {22, 3, 3, 0, 3, 7, 8, 9};
    private static final byte[] REST = {23, 3, 3, 0, 1, 42};

    @TempDir
    Path folder;

    private record Talk(TlsInfo info, String request) {}

    @BeforeAll static void setUpJsse() {
        TlsSetup.beforeFirstUse();
    }

    /** The ticket is the origin's, so that we can read nothing of it: the request that it carried is sent again, and answered. */
    @Test void clientWithATicketOfTheOriginIsServed() throws Exception {
        Path ticket = ticket();
        Path early = Files.writeString(folder.resolve("early"), "x".repeat(15_000));
        TlsInterceptor interceptor = new TlsInterceptor(
                new LeafCertificates(CertificateAuthority.open(folder.resolve("ca"), Clock.systemUTC()), Clock.systemUTC()), List.of("http/1.1"));
        for (int round = 0; round < 2; round++) {
            Path messages = folder.resolve("messages" + round);
            try (Loopback<Talk> proxy = new Loopback<>(socket -> talk(interceptor, socket))) {
                List<String> options = new ArrayList<>(List.of("-sess_in", ticket.toString(), "-msg", "-msgfile", messages.toString()));
                if (round == 0) {
                    options.addAll(List.of("-early_data", early.toString()));
                }
                String said = client(proxy.port(), options);
                Talk talk = proxy.outcome();
                assertEquals(REQUEST, talk.request());
                assertTrue(said.contains("HTTP/1.1 204 No Content"), said);
                List<byte[]> sent = hellos(Files.readString(messages));
                ClientHello kept = ClientHello.parse(talk.info().clientHello());
                byte[] records = kept.records();
                assertArrayEquals(sent.get(0), Arrays.copyOfRange(records, 5, records.length), "the first hello is the one that is kept");
                List<Integer> types = kept.extensions().stream().map(ClientHello.Extension::type).toList();
                assertEquals(List.of(round == 0, true), List.of(types.contains(42), types.contains(41)));
                assertEquals(round == 0 ? 2 : 1, sent.size(), "asked for another hello where there is data to skip, and nowhere else");
                assertEquals(round == 0, said.contains("Early data was rejected"), said);
                assertEquals(Ja4.of(kept).hashed(), talk.info().ja4().orElseThrow());
                assertEquals(round == 0 ? ",0029,002a,002b," : ",0029,002b,", extensions(kept));
            }
        }
    }

    private static String extensions(ClientHello kept) {
        String raw = Ja4.of(kept).raw();
        return raw.substring(raw.indexOf(",0029"), raw.indexOf(",002d") + 1);
    }

    @Test void recordsOfApplicationDataBeforeTheSecondHelloAreSkipped() throws Exception {
        byte[] early = {23, 3, 3, 0, 2, 5, 6};
        byte[] sent = HelloBytes.joined(HELLO, CHANGE_CIPHER_SPEC, early, early, SECOND, REST);
        byte[] expected = HelloBytes.joined(HELLO, CHANGE_CIPHER_SPEC, SECOND, REST);
        for (int read = HELLO.length; read <= sent.length; read++) {
            InputStream connection = new ByteArrayInputStream(sent, read, sent.length - read);
            InputStream skipped = EarlyData.skipped(Arrays.copyOf(sent, read), HELLO.length, connection);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int octet = skipped.read(); octet >= 0; octet = skipped.read()) {
                all.write(octet);
            }
            connection.transferTo(all);
            assertArrayEquals(expected, all.toByteArray(), "read before: " + read);
        }
    }

    @Test void whatIsCutAndWhatIsEndlessIsPassedOn() throws Exception {
        for (int cut = 0; cut < SECOND.length; cut++) {
            byte[] sent = HelloBytes.joined(HELLO, Arrays.copyOf(SECOND, cut));
            assertArrayEquals(sent, EarlyData.skipped(sent, HELLO.length, InputStream.nullInputStream()).readAllBytes());
        }
        byte[] record = HelloBytes.joined(new byte[] {23, 3, 3, 64, 0}, new byte[16_384]);
        InputStream endless = new InputStream() {
            private int at;

            @Override
            public int read() {
                return record[at++ % record.length];
            }
        };
        InputStream passed = EarlyData.skipped(HELLO, HELLO.length, endless);
        assertEquals(HELLO.length + record.length, passed.readAllBytes().length, "after a mebibyte it is JSSE's");
    }

    private static Talk talk(TlsInterceptor interceptor, Socket socket) throws IOException {
        TlsConnection connection = interceptor.intercept(socket, (ClientHelloReader.Tls) ClientHelloReader.read(socket.getInputStream()), "a.example");
        try (Socket tls = connection.socket()) {
            String request = new String(tls.getInputStream().readNBytes(REQUEST.length()), StandardCharsets.US_ASCII);
            tls.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new Talk(connection.info(), request);
        }
    }

    /** A ticket of an openssl server that takes early data. */
    private Path ticket() throws Exception {
        Path ticket = folder.resolve("ticket.pem");
        Path pem = OpensslServer.selfSignedRsa(folder.resolve("rsa.pem"), "DNS:a.example");
        try (OpensslServer origin = OpensslServer.startBare(pem, "-tls1_3", "-early_data")) {
            origin.say("that is all\n");
            Process process = new ProcessBuilder(command(origin.port(), List.of("-sess_out", ticket.toString()))).redirectErrorStream(true).start();
            // What the server says comes after its tickets.
            try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
                String line = said.readLine();
                while (line != null && !line.contains("that is all")) {
                    line = said.readLine();
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        return ticket;
    }

    private static List<String> command(int port, List<String> options) {
        List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString(), "s_client", "-connect", "127.0.0.1:" + port, "-tls1_3",
                "-servername", "a.example", "-alpn", "http/1.1"));
        command.addAll(options);
        return command;
    }

    private static String client(int port, List<String> options) throws Exception {
        Process process = new ProcessBuilder(command(port, options)).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            in.flush();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            return said;
        }
    }

    /** The ClientHello messages of what openssl tells with {@code -msg}. */
    private static List<byte[]> hellos(String messages) {
        List<byte[]> hellos = new ArrayList<>();
        StringBuilder hex = new StringBuilder();
        boolean hello = false;
        for (String line : (messages + "\n>>> end").lines().toList()) {
            if (line.startsWith(">>>") || line.startsWith("<<<")) {
                if (hello) {
                    hellos.add(HexFormat.of().parseHex(hex));
                }
                hex.setLength(0);
                hello = line.startsWith(">>>") && line.endsWith("ClientHello");
            } else if (hello) {
                hex.append(line.replace(" ", "").replace("-", ""));
            }
        }
        return hellos;
    }
}
