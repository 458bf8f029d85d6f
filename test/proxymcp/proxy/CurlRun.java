package proxymcp.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/**
 * One run of curl and what came of it.
 *
 * @param exit exit code
 * @param heads all response heads and trailers as curl received them, but for Connection, which belongs to one connection
 * @param bodyBytes octets that curl wrote
 * @param bodySha256 digest of them in hex
 * @param info status, protocol version, uploaded octets and redirects as curl saw them
 */
record CurlRun(int exit, String heads, long bodyBytes, String bodySha256, String info) {
    /** Runs curl, quietly, without the machine's configuration and proxy variables; reads its output to the end. */
    static CurlRun of(Path folder, List<String> arguments) throws IOException, InterruptedException {
        Path heads = Files.createTempFile(folder, "heads", ".txt");
        Path info = Files.createTempFile(folder, "info", ".txt");
        List<String> command = new ArrayList<>(List.of(Programs.require("curl").toString(), "-q", "-s", "--suppress-connect-headers",
                "-D", heads.toString(), "-w", "%{stderr}%{http_code} %{http_version} %{size_upload} %{num_redirects}", "--max-time", "60"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(info.toFile()).redirectInput(Path.of("/dev/null").toFile());
        builder.environment().keySet().removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        MessageDigest digest = TestOrigin.sha256();
        long bytes = 0;
        try (InputStream out = process.getInputStream()) {
            byte[] block = new byte[64 * 1024];
            for (int count = out.read(block); count >= 0; count = out.read(block)) {
                digest.update(block, 0, count);
                bytes += count;
            }
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("curl did not end: " + command);
        }
        String received = Files.readString(heads, StandardCharsets.ISO_8859_1).replaceAll("(?i)Connection: (close|keep-alive)\r\n", "");
        return new CurlRun(process.exitValue(), received, bytes, HexFormat.of().formatHex(digest.digest()), Files.readString(info).strip());
    }
}
