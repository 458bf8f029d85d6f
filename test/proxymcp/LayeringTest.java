package proxymcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Reads the compiled classes with jdeps and holds them against {@link Layers}. */
final class LayeringTest {
    /** A line of {@code jdeps -verbose:class}: "   user -> used   where it was found". */
    private static final Pattern USE = Pattern.compile("^\\s+(proxymcp\\.\\S+)\\s+->\\s+(\\S+).*$");

    @Test void everyPackageUsesOnlyWhatLiesBelow() {
        List<Layers.Use> uses = usesIn(Programs.jar().resolveSibling("classes"));
        assertTrue(uses.contains(new Layers.Use("proxymcp.Launcher", "proxymcp.cli.Main")), "jdeps was not understood");
        assertEquals("", String.join("\n", Layers.violations(uses)));
    }

    @Test void eachBrokenRuleIsListed() {
        assertEquals(List.of(
                "proxymcp.http.A (http, level 1) uses proxymcp.proxy.B (proxy, level 5)",
                "proxymcp.json.A (json, level 1) uses proxymcp.http.B (http, level 1)",
                "proxymcp.replay.A (replay, level 5) uses proxymcp.replay.queue.B (replay.queue, level 6)",
                "proxymcp.store.index.A (store, level 4) uses proxymcp.upstream.B (upstream, level 4)",
                "proxymcp.tool.A (tool, level 9) uses proxymcp.cli.B (cli, level 11)",
                "proxymcp.tool.A (tool, level 9) uses proxymcp.ProxyMcp (cli, level 11)",
                "proxymcp.other.A is in a package without a level: give it one in Layers and the README",
                "proxymcp.tool.A uses proxymcp.other.B, which is in a package without a level",
                "proxymcp.cli.A uses tools.jackson.core.B, which is for json alone",
                "proxymcp.http.A uses com.sun.net.httpserver.B, which is for mcp alone",
                "proxymcp.http.A uses org.slf4j.B, which belongs to no library of this project"),
                Layers.violations(List.of(
                        new Layers.Use("proxymcp.http.A", "proxymcp.proxy.B"),
                        new Layers.Use("proxymcp.http.A", "proxymcp.proxy.B"),
                        new Layers.Use("proxymcp.json.A", "proxymcp.http.B"),
                        new Layers.Use("proxymcp.replay.A", "proxymcp.replay.queue.B"),
                        new Layers.Use("proxymcp.store.index.A", "proxymcp.upstream.B"),
                        new Layers.Use("proxymcp.tool.A", "proxymcp.cli.B"),
                        new Layers.Use("proxymcp.tool.A", "proxymcp.ProxyMcp"),
                        new Layers.Use("proxymcp.other.A", "java.lang.String"),
                        new Layers.Use("proxymcp.tool.A", "proxymcp.other.B"),
                        new Layers.Use("proxymcp.cli.A", "tools.jackson.core.B"),
                        new Layers.Use("proxymcp.http.A", "com.sun.net.httpserver.B"),
                        new Layers.Use("proxymcp.http.A", "org.slf4j.B"))));
    }

    @Test void whatTheRulesAllowIsNotListed() {
        assertEquals(List.of(), Layers.violations(List.of(
                new Layers.Use("proxymcp.Launcher", "proxymcp.cli.Main"),
                new Layers.Use("proxymcp.cli.Main", "proxymcp.ProxyMcp"),
                new Layers.Use("proxymcp.replay.queue.A", "proxymcp.replay.B"),
                new Layers.Use("proxymcp.store.A", "proxymcp.store.index.B"),
                new Layers.Use("proxymcp.tool.A", "proxymcp.http.B"),
                new Layers.Use("proxymcp.store.A", "org.msgpack.core.B"),
                new Layers.Use("proxymcp.tls.A", "org.bouncycastle.asn1.B"),
                new Layers.Use("proxymcp.http.A", "javax.net.ssl.B"))));
    }

    private static List<Layers.Use> usesIn(Path classes) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int exitCode = ToolProvider.findFirst("jdeps").orElseThrow().run(new PrintWriter(out), new PrintWriter(errors),
                "-verbose:class", "-filter:none", "--ignore-missing-deps", classes.toString());
        assertEquals(0, exitCode, () -> "jdeps: " + out + errors);
        List<Layers.Use> uses = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            Matcher use = USE.matcher(line);
            if (use.matches()) {
                uses.add(new Layers.Use(use.group(1), use.group(2)));
            }
        }
        return uses;
    }
}
