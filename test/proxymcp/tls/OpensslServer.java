package proxymcp.tls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/** {@code openssl s_server} on a free port of 127.0.0.1, which answers GET with a page about the session. */
final class OpensslServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private OpensslServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Serves the certificate and the key in {@code pem}, with more options of s_server. */
    static OpensslServer start(Path pem, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-www");
        return startBare(pem, all.toArray(new String[0]));
    }

    /** The same, but that it answers nothing. */
    static OpensslServer startBare(Path pem, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Programs.require("openssl").toString(), "s_server",
                "-accept", "127.0.0.1:0", "-cert", pem.toString(), "-key", pem.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith("ACCEPT 127.0.0.1:")) {
                int port = Integer.parseInt(line.substring(line.indexOf(':') + 1));
                Thread.ofVirtual().start(() -> drain(said));
                return new OpensslServer(process, port);
            }
            all.append(line).append('\n');
        }
        throw new IOException("openssl s_server did not start: " + all);
    }

    /** One file with a key and its certificates. */
    static Path pem(Path file, PrivateKey key, X509Certificate... chain) throws Exception {
        StringBuilder text = new StringBuilder(Pem.encode(Pem.PRIVATE_KEY, key.getEncoded()));
        for (X509Certificate certificate : chain) {
            text.append(Pem.encode(Pem.CERTIFICATE, certificate.getEncoded()));
        }
        return Files.writeString(file, text);
    }

    /** A file with a fresh RSA key and a certificate signed by itself, for {@code name} such as {@code DNS:a.example}. */
    static Path selfSignedRsa(Path file, String name) throws Exception {
        Process process = new ProcessBuilder(Programs.require("openssl").toString(), "req", "-x509", "-newkey",
                "rsa:2048", "-nodes", "-days", "5", "-subj", "/CN=rsa", "-addext", "subjectAltName=" + name, "-keyout",
                file.toString(), "-out", file + ".crt").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("openssl req failed: " + said);
        }
        return Files.writeString(file, Files.readString(file) + Files.readString(Path.of(file + ".crt")));
    }

    /** Has a server that was started bare send this to the client that it has, or will have next. */
    void say(String line) throws IOException {
        process.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
    }

    /** A full pipe would stop the server. */
    private static void drain(BufferedReader said) {
        try (said) {
            while (said.read() >= 0) {
                // What it says of connections is of no interest.
            }
        } catch (IOException e) {
            // The process was ended.
        }
    }
}
