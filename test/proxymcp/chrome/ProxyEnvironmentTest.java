package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;

/** How variables are printed; that they work is in {@link SpawnTest}. */
final class ProxyEnvironmentTest {
    private static final String WORST = "it's \"a\" $HOME `x` \\ \\' %TEMP% end";

    @TempDir
    Path folder;

    private static ProxyEnvironment of(String value) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("B_SECOND", value);
        variables.put("A_FIRST", "");
        return new ProxyEnvironment(variables);
    }

    @Test void eachShellHasItsOwnQuotes() {
        assertEquals("export B_SECOND='it'\\''s'\nexport A_FIRST=''\n", of("it's").shown(EnvironmentForm.BASH));
        assertEquals("set -gx B_SECOND 'it\\'s \\\\'\nset -gx A_FIRST ''\n", of("it's \\").shown(EnvironmentForm.FISH));
        assertEquals("$env:B_SECOND = 'it''s'\n$env:A_FIRST = ''\n", of("it's").shown(EnvironmentForm.POWERSHELL));
        assertEquals("{\"B_SECOND\":\"it's \\\"\",\"A_FIRST\":\"\"}", of("it's \"").shown(EnvironmentForm.JSON));
        assertEquals(Optional.of(EnvironmentForm.FISH), EnvironmentForm.of("fish"));
        assertEquals(Optional.empty(), EnvironmentForm.of("FISH"));
    }

    @Test void shellsReadWhatWasMeant() throws Exception {
        for (String[] shell : new String[][] {{"bash", "bash"}, {"fish", "fish"}}) {
            Optional<Path> program = Programs.find(shell[0]);
            if (program.isPresent()) {
                Path script = Files.writeString(folder.resolve(shell[0]),
                        of(WORST).shown(EnvironmentForm.of(shell[1]).orElseThrow()) + "env -0\n");
                Process process = new ProcessBuilder(program.get().toString(), script.toString()).start();
                List<String> seen = List.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\0"));
                assertTrue(seen.contains("B_SECOND=" + WORST) && seen.contains("A_FIRST="), seen.toString());
            }
        }
    }

    @Test void optionsOfTheCallerStayBeforeOursWhichAreAddedOnce() throws Exception {
        Map<String, String> ours = new LinkedHashMap<>();
        ours.put("NODE_OPTIONS", "--require \"" + WORST + "\"");
        ours.put("JAVA_TOOL_OPTIONS", "-Da=* '[x]'? ~");
        for (String[] shell : new String[][] {{"bash", "bash", "sh"}, {"sh", "bash", "sh"}, {"zsh", "bash", "sh"}, {"fish", "fish", "fish"},
            {"pwsh", "powershell", "ps1"}}) {
            Optional<Path> program = Programs.find(shell[0]);
            if (program.isPresent()) {
                String statements = new ProxyEnvironment(ours).shown(EnvironmentForm.of(shell[1]).orElseThrow());
                Path script = Files.writeString(folder.resolve(shell[0] + "." + shell[2]), statements + statements + "env -0\n");
                List<String> seen = run(program.get(), script, Map.of("NODE_OPTIONS", "--title=\"$HOME *\" --mine"));
                assertTrue(seen.contains("NODE_OPTIONS=--title=\"$HOME *\" --mine " + ours.get("NODE_OPTIONS")), shell[0] + seen);
                assertTrue(seen.contains("JAVA_TOOL_OPTIONS=" + ours.get("JAVA_TOOL_OPTIONS")), shell[0] + seen);
                assertEquals(seen, run(program.get(), script, Map.of("NODE_OPTIONS", "--title=\"$HOME *\" --mine " + ours.get("NODE_OPTIONS"))));
            }
        }
        assertEquals("{\"NODE_OPTIONS\":\"--a\"}", new ProxyEnvironment(Map.of("NODE_OPTIONS", "--a")).shown(EnvironmentForm.JSON));
    }

    /** The variables of a shell that has run {@code script}, but for those that every start changes. */
    private static List<String> run(Path shell, Path script, Map<String, String> given) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(shell.toString(), script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(given);
        String out = new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Arrays.stream(out.split("\0")).filter(variable -> !variable.startsWith("_=")).sorted().toList();
    }

    @Test void noVariableTurnsVerificationOff() throws Exception {
        try (Lab lab = new Lab(folder)) {
            Map<String, String> variables = lab.interceptors.prepare(lab.target()).environment().variables();
            for (String name : List.of("NODE_TLS_REJECT_UNAUTHORIZED", "GIT_SSL_NO_VERIFY", "PYTHONHTTPSVERIFY")) {
                assertTrue(!variables.containsKey(name), name);
            }
            assertEquals("true", variables.get("npm_config_strict_ssl"));
        }
    }
}
