package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.tool.Tools.number;
import static proxymcp.tool.Tools.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Exchange;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallOrigin;

final class LifecycleToolsTest {
    @TempDir
    Path folder;

    private Path home;
    private Tools tools;

    @BeforeEach
    void makeTools() {
        home = folder.resolve("home");
        tools = new Tools(home);
    }

    @AfterEach
    void close() {
        tools.close();
    }

    @Test
    void aPortForRedirectedTrafficServesItAndIsShown() throws Exception {
        assertEquals("{\"running\":false,\"port\":null,\"trafficCount\":0}", Json.text(Tools.at(tools.call("proxy_status", "{}"), "transparentProxy")));
        JsonObject started = tools.call("proxy_start", "{\"transparent_port\":0,\"transparent_target_port\":8443,\"accept_encoding\":\"decodable\"}");
        long port = number(started, "transparentPort");
        assertTrue(port > 0 && port != number(started, "port"), started.toString());
        try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress()); Socket redirected = new Socket("127.0.0.1", (int) port)) {
            Thread serving = Thread.ofVirtual().start(() -> answerOnce(origin));
            redirected.getOutputStream().write(("GET /y HTTP/1.1\r\nHost: 127.0.0.1:" + origin.getLocalPort()
                    + "\r\nAccept-Encoding: gzip, snappy\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            assertEquals("HTTP/1.1 200 OK", new BufferedReader(new InputStreamReader(redirected.getInputStream(), StandardCharsets.US_ASCII)).readLine());
            serving.join();
        }
        JsonObject status = tools.call("proxy_status", "{}");
        assertEquals("{\"running\":true,\"port\":" + port + ",\"trafficCount\":1}", Json.text(Tools.at(status, "transparentProxy")));
        assertEquals("decodable", text(status, "acceptEncoding"));
        JsonObject listed = tools.call("proxy_list_traffic", "{\"source_filter\":\"transparent\"}");
        assertEquals("1 transparent", number(listed, "total") + " " + text(listed, "exchanges.0.source"));
        tools.call("proxy_stop", "{}");
        assertEquals("false", Tools.at(tools.call("proxy_status", "{}"), "transparentProxy.running").toString());
    }

    @Test
    void whatMakesNoSenseOfTheSecondPortIsRefused() {
        assertEquals("bad_argument: transparent_target_port: expected transparent_port with it", tools.failure("proxy_start",
                "{\"transparent_target_port\":8443}"));
        assertTrue(tools.failure("proxy_start", "{\"transparent_port\":0,\"bind_address\":\"0.0.0.0\",\"require_auth\":\"a:b\"}")
                .startsWith("auth_required: "));
        assertTrue(tools.failure("proxy_start", "{\"accept_encoding\":\"none\"}").startsWith("bad_argument: accept_encoding: "));
        assertEquals("false", Tools.at(tools.call("proxy_status", "{}"), "running").toString());
    }

    @Test
    void aStartedProxyTellsHowToUseItAndRecords() throws Exception {
        JsonObject started = tools.call("proxy_start", "{}");
        long port = number(started, "port");
        assertEquals("http://127.0.0.1:" + port, text(started, "url"));
        assertEquals("127.0.0.1", text(started, "setup.proxyHost"));
        assertEquals(port, number(started, "setup.proxyPort"));
        assertEquals(3, ((proxymcp.json.JsonArray) Tools.at(started, "setup.instructions")).size());
        assertEquals("{\"enabled\":false,\"sessionId\":null,\"captureProfile\":null,\"storageDir\":" + Json.text(
                new proxymcp.json.JsonString(home.resolve("sessions").toString()))
                + ",\"bytesWritten\":0,\"droppedWrites\":0,\"lastFlushAt\":null,\"maxDiskMb\":null,\"recoveryState\":null,"
                + "\"lastError\":null}", Json.text(Tools.at(started, "persistence")));
        try (ServerSocket origin = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread serving = Thread.ofVirtual().start(() -> answerOnce(origin));
            assertEquals("HTTP/1.1 200 OK", statusLine((int) port, "http://127.0.0.1:" + origin.getLocalPort() + "/x"));
            serving.join();
        }
        Exchange seen = tools.live.snapshot().get(0);
        assertEquals("/x", seen.start().path());
        assertEquals(text(started, "certFingerprint"), text(tools.call("proxy_status", "{}"), "certFingerprint"));
    }

    private static void answerOnce(ServerSocket origin) {
        try (Socket socket = origin.accept()) {
            readHead(socket);
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            socket.getInputStream().read();
        } catch (IOException e) {
            // The client's assertion says what went wrong.
        }
    }

    private static void readHead(Socket socket) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                return;
            }
            matched = octet == "\r\n\r\n".charAt(matched) ? matched + 1 : octet == '\r' ? 1 : 0;
        }
    }

    private static String statusLine(int port, String url) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET " + url + " HTTP/1.1\r\nHost: " + url.split("/")[2] + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.substring(0, Math.max(0, answer.indexOf('\r')));
        }
    }

    @Test
    void theListenerIsNotReachableFromOtherMachinesUnlessAskedFor() {
        tools.call("proxy_start", "{}");
        assertTrue(tools.control.state().running().get().server().address().getAddress().isLoopbackAddress());
    }

    @Test
    void stopKeepsTrafficPortAndAuthority() throws Exception {
        JsonObject started = tools.call("proxy_start", "{}");
        int port = (int) number(started, "port");
        new Traffic(tools.live).complete();
        assertEquals("The proxy on port " + port + " has stopped; captured traffic is kept", text(tools.call("proxy_stop", "{}"), "message"));
        org.junit.jupiter.api.Assertions.assertThrows(ConnectException.class,
                () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
        JsonObject status = tools.call("proxy_status", "{}");
        assertEquals("[false,%d,null,1]".formatted(port), "[" + Tools.at(status, "running") + "," + Tools.at(status, "port") + ","
                + Tools.at(status, "url") + "," + Tools.at(status, "trafficCount") + "]");
        assertEquals(text(started, "certFingerprint"), text(status, "certFingerprint"));
        assertEquals("not_running: The proxy does not run | proxy_start starts it", tools.failure("proxy_stop", "{}"));
    }

    @Test
    void statusBeforeTheFirstStartIsAllThereIs() {
        JsonObject status = tools.call("proxy_status", "{}");
        assertEquals("[false,null,null,null,null,{},0,0]", "[" + Tools.at(status, "running") + "," + Tools.at(status, "port") + ","
                + Tools.at(status, "url") + "," + Tools.at(status, "certFingerprint") + "," + Tools.at(status, "globalUpstream") + ","
                + Tools.at(status, "hostUpstreams") + "," + Tools.at(status, "ruleCount") + "," + Tools.at(status, "trafficCount") + "]");
        assertTrue(Files.notExists(home), "status alone makes nothing on disk");
    }

    @Test
    void aSecondStartNamesTheRunningProxy() {
        long port = number(tools.call("proxy_start", "{}"), "port");
        assertEquals("already_running: The proxy already runs on port " + port + " | use it, or call proxy_stop first",
                tools.failure("proxy_start", "{}"));
        assertEquals("true", Tools.at(tools.call("proxy_status", "{}"), "running").toString());
    }

    @Test
    void aTakenPortIsAnErrorAndALaterStartWorks() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String failure = tools.failure("proxy_start", "{\"port\":" + taken.getLocalPort() + "}");
            assertTrue(failure.startsWith("port_in_use: ") && failure.contains("" + taken.getLocalPort()), failure);
        }
        assertEquals("false", Tools.at(tools.call("proxy_status", "{}"), "running").toString());
        tools.call("proxy_start", "{}");
    }

    @Test
    void anOpenProxyOnTheNetworkNeedsCredentials() {
        assertTrue(tools.failure("proxy_start", "{\"bind_address\":\"0.0.0.0\"}").startsWith("auth_required: "));
        JsonObject started = tools.call("proxy_start", "{\"bind_address\":\"0.0.0.0\",\"require_auth\":\"u:p:q\"}");
        assertEquals("0.0.0.0", text(started, "setup.proxyHost"));
        assertEquals("http://127.0.0.1:" + number(started, "port"), text(started, "url"));
        assertEquals("true", Tools.at(tools.call("proxy_status", "{}"), "requireAuth").toString());
    }

    @Test
    void badCredentialsAreNotRepeated() {
        assertEquals("bad_argument: require_auth: expected \"user:password\"",
                tools.failure("proxy_start", "{\"require_auth\":\"hunter2\"}"));
    }

    @Test
    void badAddressesAndFilesAreNamed() throws IOException {
        assertTrue(tools.failure("proxy_start", "{\"bind_address\":\"no such host.invalid\"}").startsWith("bad_address: "));
        assertEquals("file_not_found: upstream_ca_file: /nowhere/ca.pem does not exist",
                tools.failure("proxy_start", "{\"upstream_ca_file\":\"/nowhere/ca.pem\"}"));
        Path noPem = Files.writeString(folder.resolve("no.pem"), "this is no certificate");
        String failure = tools.failure("proxy_start", "{\"upstream_ca_file\":\"" + noPem + "\"}");
        assertTrue(failure.startsWith("bad_ca_file: "), failure);
        assertTrue(tools.failure(CallOrigin.HTTP_WITHOUT_TOKEN, "proxy_start", "{\"upstream_ca_file\":\"" + noPem + "\"}")
                .startsWith("forbidden: "));
        assertEquals("false", Tools.at(tools.call("proxy_status", "{}"), "running").toString());
    }

    @Test
    void aDamagedAuthorityIsAnErrorEachTimeAndNeverReplaced() throws IOException {
        tools.call("proxy_get_ca_cert", "{}");
        Path key = home.resolve("ca/ca-key.pem");
        Files.writeString(key, "damaged");
        try (Tools later = new Tools(home)) {
            for (String tool : List.of("proxy_start", "proxy_get_ca_cert")) {
                String failure = later.failure(tool, "{}");
                assertTrue(failure.startsWith("ca_unusable: The certificate authority cannot be used: ") && failure.contains("ca-key.pem"),
                        failure);
            }
            later.call("proxy_status", "{}");
        }
        assertEquals("damaged", Files.readString(key));
    }

    @Test
    void theAuthorityIsTheSameForEveryProcessOfAHome() {
        String fingerprint = text(tools.call("proxy_get_ca_cert", "{}"), "fingerprint");
        try (Tools later = new Tools(home)) {
            assertEquals(fingerprint, text(later.call("proxy_start", "{}"), "certFingerprint"));
        }
    }

    @Test
    void theCertificateIsGivenInTheFormAskedFor() throws IOException {
        JsonObject both = tools.call("proxy_get_ca_cert", "{}");
        assertEquals(Files.readString(Path.of(text(both, "certFile"))), text(both, "certPem"));
        assertTrue(text(both, "instructions").contains("curl --cacert " + text(both, "certFile")));
        assertTrue(!tools.call("proxy_get_ca_cert", "{\"format\":\"pem\"}").has("fingerprint"));
        assertTrue(!tools.call("proxy_get_ca_cert", "{\"format\":\"fingerprint\"}").has("certPem"));
    }

    @Test
    void storageFoldersAreRefusedWithAHint() {
        for (String name : List.of("proxy_start", "proxy_session_start")) {
            assertEquals("bad_argument: storage_dir: sessions are kept under the server's home alone | start the server with --home DIR",
                    tools.failure(name, "{\"storage_dir\":\"/x\"}"));
        }
    }

    @Test
    void argumentsOfASessionNeedOne() {
        assertEquals("bad_argument: session_name: expected persistence_enabled true with it",
                tools.failure("proxy_start", "{\"session_name\":\"a\"}"));
        assertEquals("false", Tools.at(tools.call("proxy_status", "{}"), "running").toString());
    }

    @Test
    void badArgumentsAreAllNamedAtOnce() {
        assertEquals("bad_argument: port: expected an integer in 0..65535, got 70000; insecure_upstream: expected true or false, got \"yes\"; "
                + "unknown argument \"prot\"; did you mean \"port\"?",
                tools.failure("proxy_start", "{\"port\":70000,\"insecure_upstream\":\"yes\",\"prot\":1}"));
    }
}
