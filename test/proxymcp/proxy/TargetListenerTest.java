package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.exchange.Client;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Source;
import proxymcp.proxy.ScriptedOrigin.Step;

/** Ports that are opened for single browsers and processes while the proxy runs. */
@Timeout(60)
final class TargetListenerTest {
    private RunningProxy proxy;
    private ScriptedOrigin origin;

    @BeforeEach
    void start() throws Exception {
        proxy = RunningProxy.start();
        origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        origin.close();
    }

    private String get() {
        return "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(origin.authority());
    }

    private void assertServes(RawClient client) throws IOException {
        client.send(get());
        assertEquals("ok", client.readResponse("GET").bodyText());
    }

    private Client recorded(int index) throws InterruptedException {
        return proxy.exchange(index).start().client();
    }

    @Test void exchangesNameTheTargetWhosePortTheyCameThrough() throws Exception {
        TargetListener first = proxy.server().openTarget();
        TargetListener second = proxy.server().openTarget();
        first.serve("chrome_1");
        second.serve("proc_2");
        int[] ports = {first.port(), second.port(), proxy.port()};
        for (int port : ports) {
            try (RawClient client = RawClient.connect(port)) {
                assertServes(client);
            }
        }
        List<Optional<String>> names = List.of(Optional.of("chrome_1"), Optional.of("proc_2"), Optional.empty());
        for (int i = 0; i < ports.length; i++) {
            Client client = recorded(i);
            assertEquals(names.get(i), client.targetId());
            assertEquals("127.0.0.1:" + ports[i], client.listener());
            assertEquals(Source.EXPLICIT, client.source());
        }
    }

    @Test void interceptedConnectionsNameTheTargetToo() throws Exception {
        try (ScriptedOrigin secure = ScriptedOrigin.each(RunningProxy.originTls(), new Step.ReadRequest(), ScriptedOrigin.respond("deep"))) {
            TargetListener target = proxy.server().openTarget();
            target.serve("chrome_7");
            try (RawClient client = RawClient.connect(target.port())) {
                client.send("CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n\r\n".formatted(secure.authority()));
                assertEquals("HTTP/1.1 200 Connection established\r\n\r\n", client.readHead());
                client.startTls(RunningProxy.clientTls(), "127.0.0.1");
                client.send("GET / HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(secure.authority()));
                assertEquals("deep", client.readResponse("GET").bodyText());
            }
            assertEquals(Optional.of("chrome_7"), recorded(0).targetId());
        }
    }

    @Test void clientsThatConnectBeforeTheTargetHasItsNameWait() throws Exception {
        TargetListener target = proxy.server().openTarget();
        try (RawClient client = RawClient.connect(target.port())) {
            client.send(get());
            target.serve("proc_3");
            assertEquals("ok", client.readResponse("GET").bodyText());
        }
        assertEquals(Optional.of("proc_3"), recorded(0).targetId());
    }

    @Test void closingEndsThePortAndItsConnectionsAndNoOthers() throws Exception {
        TargetListener target = proxy.server().openTarget();
        target.serve("chrome_4");
        try (RawClient own = RawClient.connect(target.port()); RawClient other = proxy.client()) {
            assertServes(own);
            assertServes(other);
            target.close();
            own.awaitGone();
            assertServes(other);
            assertThrows(IOException.class, () -> RawClient.connect(target.port()));
            assertEquals(0, proxy.server().openTargets());
        }
    }

    @Test void aPortThatNeverServedCloses() throws Exception {
        TargetListener target = proxy.server().openTarget();
        try (RawClient waiting = RawClient.connect(target.port())) {
            target.close();
            waiting.awaitGone();
        }
        target.close();
        assertEquals(0, proxy.server().openTargets());
    }

    @Test void requestsToATargetsPortAreLoops() throws Exception {
        TargetListener target = proxy.server().openTarget();
        target.serve("chrome_5");
        try (RawClient client = proxy.client()) {
            client.send("GET http://127.0.0.1:%1$d/ HTTP/1.1\r\nHost: 127.0.0.1:%1$d\r\n\r\n".formatted(target.port()));
            assertEquals(508, client.readResponse("GET").status());
        }
        assertEquals(ErrorClass.LOOP, ((Outcome.Incomplete) proxy.exchange(0).outcome()).errorClass());
    }

    @Test void noCredentialsAreAskedForThere() throws Exception {
        try (RunningProxy asking = RunningProxy.start(settings -> settings.withRequireAuth(Credentials.parse("user:password")))) {
            TargetListener target = asking.server().openTarget();
            target.serve("chrome_6");
            try (RawClient client = RawClient.connect(target.port()); RawClient main = asking.client()) {
                assertServes(client);
                main.send(get());
                assertEquals(407, main.readResponse("GET").status());
            }
        }
    }

    @Test void stoppingTheProxyEndsTargetsAndNoneCanBeOpenedThen() throws Exception {
        TargetListener target = proxy.server().openTarget();
        target.serve("chrome_8");
        try (RawClient client = RawClient.connect(target.port())) {
            assertServes(client);
            proxy.close();
            client.awaitGone();
        }
        assertThrows(IOException.class, () -> RawClient.connect(target.port()));
        ProxyStartException refused = assertThrows(ProxyStartException.class, () -> proxy.server().openTarget());
        assertEquals("proxy_stopped", refused.code());
        assertTrue(proxy.server().openTargets() == 0 && proxy.server().openConnections() == 0);
    }
}
