package proxymcp.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import proxymcp.Programs;

/**
 * A run of a template's script and what came of it.
 *
 * @param exit exit code
 * @param out standard output
 * @param said standard error
 */
record ScriptRun(int exit, String out, String said) {
    /** Runs a script without the machine's configuration and proxy variables; skips the test where a program that it needs is missing. */
    static ScriptRun of(Path folder, String script, Map<String, String> inputs) throws IOException, InterruptedException {
        Programs.require("curl");
        Programs.require("python3");
        Path file = Files.createTempFile(folder, "flow", ".sh");
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path said = Files.createTempFile(folder, "said", ".txt");
        Files.writeString(file, script, StandardCharsets.UTF_8);
        ProcessBuilder builder = new ProcessBuilder(Programs.require("sh").toString(), file.toString()).directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile()).redirectOutput(out.toFile()).redirectError(said.toFile());
        builder.environment().keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment().put("CURL_HOME", folder.toString());
        builder.environment().putAll(inputs);
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the script did not end: " + Files.readString(said));
        }
        return new ScriptRun(process.exitValue(), Files.readString(out), Files.readString(said));
    }

    /** The last line on standard error. */
    String lastWord() {
        String[] lines = said.strip().split("\n");
        return lines[lines.length - 1];
    }
}
