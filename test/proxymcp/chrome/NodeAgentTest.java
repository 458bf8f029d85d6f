package proxymcp.chrome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.proxy.TestOrigin;

/** Agents of Node.js that make connections in their own way, by what that of Node.js returns or calls back with. */
@Timeout(120)
final class NodeAgentTest {
    private static final long LIMIT_MILLIS = 60_000;
    private static final int BODY_BYTES = 300_000;
    private static final List<String> FORMS = List.of("returned", "alone", "called", "both");
    /** Asks the plain and the secure origin by an agent of each form. */
    private static final String AGENTS = """
            const http = require('http'), https = require('https'), bodyBytes = %d;
            const forms = {
              returned: parent => class extends parent {
                createConnection(options, callback) {
                  const socket = super.createConnection(options, callback);
                  socket.setNoDelay(true);
                  socket.setTimeout(50000);
                  return socket;
                }
              },
              alone: parent => class extends parent {
                createConnection(options) {
                  return super.createConnection(options).setKeepAlive(true, 1000);
                }
              },
              called: parent => class extends parent {
                createConnection(options, callback) {
                  super.createConnection(options, (error, socket) => callback(error, socket && socket.setNoDelay(true)));
                }
              },
              both: parent => class extends parent { // As agentkeepalive does.
                createConnection(options, callback) {
                  let over = false;
                  const once = (error, socket) => {
                    if (!over) {
                      over = true;
                      callback(error, socket && socket.setNoDelay(true));
                    }
                  };
                  const socket = super.createConnection(options, once);
                  if (socket) {
                    once(null, socket);
                  }
                  return socket;
                }
              },
            };
            async function each(action) {
              for (const [form, make] of Object.entries(forms)) {
                for (const [kind, module, origin] of [['http', http, process.argv[1]], ['https', https, process.argv[2]]]) {
                  await action(module, new (make(module.Agent))({keepAlive: true, maxSockets: 1}), origin + '/' + kind + '-' + form);
                }
              }
            }
            function ask(module, agent, url, body) {
              return new Promise((resolve, reject) => {
                const request = module.request(url, {agent, method: body ? 'POST' : 'GET'}, response => {
                  let text = '';
                  response.setEncoding('utf8').on('data', part => text += part).on('error', reject)
                      .on('end', () => setImmediate(resolve, {text, reused: request.reusedSocket}));
                });
                request.on('error', reject).end(body);
              });
            }
            """.formatted(BODY_BYTES);
    /** Sockets that lie idle must not hold a program up. */
    private static final String TWICE = AGENTS + """
            each(async (module, agent, url) => {
              console.log((await ask(module, agent, url)).text);
              const second = await ask(module, agent, url + '-again', Buffer.alloc(bodyBytes, 'x'));
              console.log(second.text, second.reused);
            }).then(() => setTimeout(() => {
              console.log('held');
              process.exit();
            }, 20000).unref());
            """;
    private static final String FAILING = AGENTS + """
            each((module, agent, url) => ask(module, agent, url).then(() => console.log('no error'), error => console.log(error.message)));
            """;

    @TempDir
    Path folder;
    private Lab lab;
    private String node;

    @BeforeEach
    void start() throws Exception {
        node = Programs.require("node").toString();
        lab = new Lab(folder, "home", Lab.environment());
    }

    @AfterEach
    void stop() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private ChildProcess ended(ActiveTarget target) throws Exception {
        ChildProcess process = lab.interceptors.process(target.targetId());
        assertTrue(process.awaitEnd(LIMIT_MILLIS) && process.stdout().awaitEnd(LIMIT_MILLIS) && process.stderr().awaitEnd(LIMIT_MILLIS));
        return process;
    }

    private ActiveTarget spawn(String command, String... args) throws Exception {
        return lab.interceptors.spawn(new SpawnOptions(command, List.of(args), Optional.empty(), Map.of()), lab.target());
    }

    @Test void agentsWithConnectionsOfTheirOwnAreCaptured() throws Exception {
        try (TestOrigin plain = TestOrigin.http("127.0.0.1", Lab::answer)) {
            String http = plain.url("127.0.0.1", "");
            ActiveTarget target = spawn(node, "-e", TWICE, http, lab.url(""));
            ChildProcess process = ended(target);
            String out = process.stdout().tail(10_000);
            assertEquals("", process.stderr().tail(10_000));
            for (String form : FORMS) {
                for (String path : List.of("/http-" + form, "/https-" + form)) {
                    assertTrue(out.contains(Lab.GREETING + path + "\n"), out);
                    assertTrue(out.contains(Lab.GREETING + path + "-again true\n"), out);
                    String url = (path.startsWith("/https") ? lab.url("") : http) + path;
                    assertEquals(Optional.of(target.targetId()), lab.targetOfUrl(url));
                    assertEquals(Optional.of(target.targetId()), lab.targetOfUrl(url + "-again"));
                }
            }
            assertTrue(!out.contains("held"), out);
            List<TestOrigin.Seen> seen = new ArrayList<>(plain.seen());
            seen.addAll(lab.origin.seen());
            assertEquals(2 * FORMS.size(), seen.stream().filter(request -> request.bodyBytes() == BODY_BYTES).count());
        }
    }

    /** Has all forms ask by a proxy, and asserts that each request fails with {@code message}, and nothing else does. */
    private void assertEachFails(int proxyPort, String message) throws Exception {
        String proxy = "http://127.0.0.1:" + proxyPort;
        ActiveTarget target = spawn("sh", "-c", "export http_proxy=$0 https_proxy=$0; exec node -e \"$1\" http://127.0.0.1:1 https://127.0.0.1:1",
                proxy, FAILING);
        ChildProcess process = ended(target);
        assertEquals("", process.stderr().tail(10_000));
        assertEquals(OptionalInt.of(0), process.exitCode());
        List<String> lines = process.stdout().tail(10_000).lines().toList();
        assertEquals(2 * FORMS.size(), lines.size(), lines.toString());
        for (String line : lines) {
            assertTrue(line.contains(message), lines.toString());
        }
    }

    @Test void whatTheProxyRefusesFailsTheRequestAlone() throws Exception {
        try (TestOrigin refusing = TestOrigin.http("127.0.0.1", (request, out) -> {
            out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes());
            return true;
        })) {
            assertEachFails(refusing.port(), "the proxy answered CONNECT 127.0.0.1:1 with 403");
        }
    }

    @Test void aProxyThatHangsUpFailsTheRequestAlone() throws Exception {
        int port;
        try (TestOrigin silent = TestOrigin.http("127.0.0.1", (request, out) -> false)) {
            port = silent.port();
            assertEachFails(port, "socket hang up");
        }
        assertEachFails(port, "ECONNREFUSED");
    }

    @Test void anOriginThatHangsUpFailsTheRequestAlone() throws Exception {
        // CONNECT is granted, and the connection closed.
        try (TestOrigin closing = TestOrigin.http("127.0.0.1", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes());
            return false;
        })) {
            assertEachFails(closing.port(), "");
        }
    }
}
