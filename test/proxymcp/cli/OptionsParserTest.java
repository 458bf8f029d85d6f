package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import proxymcp.proxy.AcceptEncoding;
import proxymcp.proxy.ListenerOptions;
import proxymcp.replay.queue.QueueUrl;
import proxymcp.tool.Toolbox;
import proxymcp.upstream.NoProxy;
import proxymcp.upstream.UpstreamProxies;
import proxymcp.upstream.UpstreamProxy;

final class OptionsParserTest {
    private static Command command(String... args) throws BadCommandLine {
        return OptionsParser.parse(args, Map.of()).command();
    }

    private static String refusal(Map<String, String> environment, String... args) {
        return assertThrows(BadCommandLine.class, () -> OptionsParser.parse(args, environment)).getMessage();
    }

    private static String refusal(String... args) {
        return refusal(Map.of(), args);
    }

    @Test
    void withoutACommandMcpIsServedOverStdio() throws BadCommandLine {
        assertEquals(new Options(Path.of(System.getProperty("user.home"), ".proxy-mcp").toAbsolutePath(),
                List.of("core", "session", "analyse", "replay", "rules", "browser"), List.of(), List.of(), new Limits(1_000, 64),
                UpstreamProxies.NONE, false, new Command.ServeStdio()), OptionsParser.parse(new String[0], Map.of()));
    }

    @Test
    void commonOptionsHoldForEveryCommand() throws BadCommandLine {
        Options options = OptionsParser.parse(new String[] {"--home=/h", "tools", "--toolsets", "core,replay", "--allow-path", "/a", "proxy_start",
            "--allow-path", "/b/../c", "--allow-env", "TOKEN_1", "--buffer-exchanges", "5", "--buffer-mb", "0"}, Map.of("PROXY_MCP_HOME", "/e"));
        assertEquals(new Options(Path.of("/h"), List.of("core", "replay"), List.of(Path.of("/a"), Path.of("/c")), List.of("TOKEN_1"),
                new Limits(5, 0), UpstreamProxies.NONE, false, new Command.Tools(Optional.of("proxy_start"))), options);
    }

    @Test
    void pluginsAreKeptApartWhereToldTo() throws BadCommandLine {
        assertTrue(OptionsParser.parse(new String[] {"--isolate-plugins"}, Map.of()).isolatePlugins());
        assertEquals("--isolate-plugins takes no value, got \"yes\"", refusal("--isolate-plugins=yes"));
    }

    @Test
    void environmentNamesHomeTransportAndPort() throws BadCommandLine {
        Options options = OptionsParser.parse(new String[0], Map.of("PROXY_MCP_HOME", "/e", "TRANSPORT", "http", "PORT", "4000"));
        assertEquals(Path.of("/e"), options.home());
        assertEquals(new Command.ServeHttp("127.0.0.1", 4000, Optional.empty()), options.command());
        assertEquals(new Command.ServeHttp("127.0.0.1", 5, Optional.empty()), OptionsParser.parse(
                new String[] {"--port", "5"}, Map.of("TRANSPORT", "http", "PORT", "4000")).command());
        assertEquals(new Command.ServeStdio(), OptionsParser.parse(
                new String[] {"--transport", "stdio"}, Map.of("TRANSPORT", "http", "PORT", "4000")).command());
    }

    @Test
    void theHomeOfTheShellIsTheHome() throws BadCommandLine {
        assertEquals(Path.of("/u/me/.proxy-mcp"), OptionsParser.parse(new String[0], Map.of("HOME", "/u/me")).home());
        assertEquals(Path.of(System.getProperty("user.home"), ".proxy-mcp"), OptionsParser.parse(new String[0], Map.of("HOME", "me")).home());
        assertEquals(Path.of("/e"), OptionsParser.parse(new String[0], Map.of("HOME", "/u/me", "PROXY_MCP_HOME", "/e")).home());
    }

    @Test
    void aUserWithoutAHomeMustNameOne() throws BadCommandLine {
        String userHome = System.setProperty("user.home", "?");
        try {
            assertEquals("the home folder of this user is not known: say with --home DIR where to keep the CA", refusal());
            assertEquals(Path.of("/h"), OptionsParser.parse(new String[] {"--home=/h"}, Map.of()).home());
        } finally {
            System.setProperty("user.home", userHome);
        }
    }

    @Test
    void everyCommandIsRead() throws BadCommandLine {
        assertEquals(new Command.ServeHttp("0.0.0.0", 0, Optional.of("t")),
                command("--transport", "http", "--port", "0", "--token", "t", "--bind", "0.0.0.0"));
        assertEquals(new Command.Run(new Command.PortChoice(3001, false), new Command.PortChoice(9, true), Optional.empty(),
                        ListenerOptions.DEFAULT),
                command("run", "--proxy-port", "9"));
        assertEquals(new Command.Capture("127.0.0.1", 8080, Optional.empty(), false, Optional.empty(), ListenerOptions.DEFAULT,
                Optional.empty()), command("capture"));
        assertEquals(new Command.Capture("::", 9505, Optional.of("u:p"), true, Optional.of(Path.of("/ca.pem")),
                        ListenerOptions.DEFAULT.withTransparentPort(8443, 4443).withAcceptEncoding(AcceptEncoding.DECODABLE),
                        Optional.of(new Command.Recorded(Optional.empty(), "full", 1_024))),
                command("capture", "--port", "9505", "--profile", "full", "--insecure-upstream", "--bind", "::", "--require-auth", "u:p",
                        "--upstream-ca", "/ca.pem", "--transparent-port", "8443", "--transparent-target-port", "4443",
                        "--accept-encoding", "decodable"));
        assertEquals(Optional.of(new Command.Recorded(Optional.of("shop"), "full", 7)),
                ((Command.Capture) command("capture", "--session", "shop", "--max-disk-mb", "7")).recorded());
        assertEquals(new Command.Call("proxy_stop", List.of("a=1", "--b=2"), Optional.of("http://x/mcp"), Optional.of("t")),
                command("call", "proxy_stop", "a=1", "--url", "http://x/mcp", "--token", "t", "--", "--b=2"));
        assertEquals(new Command.Doctor(), command("doctor"));
        assertEquals(new Command.Version(), command("--version"));
        assertEquals(new Command.Help(Optional.empty()), command("-h"));
        assertEquals(new Command.Help(Optional.of("call")), command("call", "--help"));
        assertEquals(new Command.Help(Optional.of("run")), command("help", "run"));
    }

    @Test
    void mistakesAreNamedBeforeAnythingIsOpened() {
        assertEquals("unknown option --prot; did you mean --port?", refusal("--prot", "1"));
        assertEquals("unknown command \"captur\"; did you mean capture?", refusal("captur"));
        assertEquals("--port needs a value", refusal("capture", "--port"));
        assertEquals("--port: expected a number in 0..65535, got \"70000\"", refusal("capture", "--port", "70000"));
        assertEquals("--port: expected a number in 0..65535, got \"x?[31m\"", refusal("capture", "--port=x\u001b[31m"));
        assertEquals("--port is given 2 times", refusal("capture", "--port=1", "--port=2"));
        assertEquals("--insecure-upstream takes no value, got \"no\"", refusal("capture", "--insecure-upstream=no"));
        assertEquals("--url is no option of capture", refusal("capture", "--url", "http://x"));
        assertEquals("unexpected \"now\" after doctor", refusal("doctor", "now"));
        assertEquals("--home needs a value, got an empty one", refusal("--home="));
        assertEquals("--toolsets: expected names out of core,session,analyse,replay,rules,browser, got \"cor\"", refusal("--toolsets", "cor"));
        assertEquals("--allow-env: expected the name of an environment variable, got \"A=B\"", refusal("--allow-env", "A=B"));
        assertEquals("call needs the name of a tool; \"tools\" lists them", refusal("call"));
        assertEquals("--require-auth: expected user:password", refusal("capture", "--require-auth", "hunter2"));
        assertEquals("--accept-encoding: expected as_sent or decodable, got \"gzip\"", refusal("capture", "--accept-encoding", "gzip"));
        assertEquals("--transparent-target-port needs --transparent-port", refusal("run", "--transparent-target-port", "443"));
    }

    @Test
    void theUpstreamIsReadAndItsPasswordNeverRepeated() throws BadCommandLine {
        UpstreamProxies given = UpstreamProxies.NONE.withGlobal(Optional.of(
                new UpstreamProxies.Entry(UpstreamProxy.parse("http://u:hunter2@gate.example:3128"), NoProxy.NONE)));
        for (String[] args : List.of(new String[0], new String[] {"capture"}, new String[] {"run"}, new String[] {"--transport", "http"})) {
            List<String> all = new ArrayList<>(List.of(args));
            all.add("--upstream=http://u:hunter2@gate.example:3128");
            UpstreamProxies read = OptionsParser.parse(all.toArray(new String[0]), Map.of()).upstreams();
            assertEquals(given.global().get().proxy(), read.global().get().proxy());
        }
        Options spared = OptionsParser.parse(new String[] {"--upstream", "socks5h://gate.example", "--no-proxy", ".a.example, 10.0.0.0/8"}, Map.of());
        assertEquals(List.of(true, true, false), List.of("x.a.example", "10.1.1.1", "a.example").stream()
                .map(host -> spared.upstreams().via(host).isEmpty()).toList());
        assertFalse(OptionsParser.parse(new String[] {"--upstream", "http://u:hunter2@h"}, Map.of()).toString().contains("hunter2"));
        assertEquals("--upstream: expected the scheme http, https, socks4, socks4a, socks5 or socks5h", refusal("--upstream", "ftp://u:hunter2@h"));
        assertEquals("--upstream: expected a URL such as http://host:3128 or socks5h://user:password@host:1080", refusal("--upstream", "gate:3128"));
        assertTrue(refusal("capture", "--upstream", "pac+https://u:hunter2@h").startsWith("--upstream: proxy scripts (pac+https) are not run"));
        assertEquals("--no-proxy needs --upstream, the proxy that its hosts are reached without", refusal("--no-proxy", "a.example"));
        assertTrue(refusal("--upstream", "http://h", "--no-proxy", "a.example,b c").startsWith("--no-proxy: expected a host"));
    }

    @Test
    void conflictsAreNamed() {
        assertEquals("--port needs --transport http, got stdio", refusal("--port", "3001"));
        assertEquals("--bind 0.0.0.0 can be reached from other machines: it needs --token",
                refusal("--transport", "http", "--bind", "0.0.0.0"));
        assertEquals("--bind 192.0.2.1 can be reached from other machines: it needs --require-auth", refusal("capture", "--bind", "192.0.2.1"));
        assertEquals("--token needs --url, the server it is for", refusal("call", "proxy_stop", "--token", "t"));
        assertEquals("--transport: expected stdio or http, got \"tcp\"", refusal("--transport", "tcp"));
        assertEquals("TRANSPORT in the environment: expected stdio or http, got \"sse\"", refusal(Map.of("TRANSPORT", "sse")));
        assertEquals("PORT in the environment: expected a number in 0..65535, got \"-1\"",
                refusal(Map.of("TRANSPORT", "http", "PORT", "-1")));
    }

    @Test
    void aSessionIsSaidWhole() {
        assertEquals("--session: expected a name of 1 to 200 characters, got \" \"", refusal("capture", "--session", " "));
        assertEquals("--max-disk-mb needs --session or --profile, which have a session recorded", refusal("capture", "--max-disk-mb", "5"));
        assertEquals("--max-disk-mb: expected a number in 1..16777216, got \"0\"", refusal("capture", "--session=a", "--max-disk-mb", "0"));
    }

    @Test
    void aWorkerHasAQueueAndABound() throws BadCommandLine {
        assertEquals(new Command.Worker(new QueueUrl.Embedded(), 16, Optional.empty()), OptionsParser.parse(new String[] {"worker"}, Map.of()).command());
        assertEquals(new Command.Worker(new QueueUrl.Redis("10.0.0.1", 6380, 2, Optional.empty(), Optional.of("secret"), false), 4, Optional.of("one")),
                OptionsParser.parse(new String[] {"worker", "--queue", "redis://:secret@10.0.0.1:6380/2", "--concurrency", "4", "--name=one"}, Map.of()).command());
        assertEquals("--queue: expected embedded, redis://[:password@]host:port/db, or the same with rediss", refusal("worker", "--queue", "http://:secret@a/"));
        assertEquals("--concurrency: expected a number in 1..1024, got \"0\"", refusal("worker", "--concurrency", "0"));
    }

    @Test
    void theToolsetsAreThoseOfTheToolbox() throws BadCommandLine {
        assertEquals(Toolbox.TOOLSETS, OptionsParser.parse(new String[0], Map.of()).toolsets());
    }

    @Test
    void everyCommandHasHelp() throws BadCommandLine {
        for (String command : List.of("run", "capture", "call", "tools", "worker", "doctor")) {
            assertEquals("usage: java -jar proxy-mcp.jar " + command,
                    HelpText.of(Optional.of(command)).substring(0, ("usage: java -jar proxy-mcp.jar " + command).length()));
        }
        assertThrows(BadCommandLine.class, () -> HelpText.of(Optional.of("captur")));
    }
}
