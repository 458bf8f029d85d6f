package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
