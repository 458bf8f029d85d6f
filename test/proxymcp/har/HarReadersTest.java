package proxymcp.har;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static proxymcp.har.HarSession.utf8;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.Programs;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Route;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.json.Json;
import proxymcp.json.JsonString;
import proxymcp.store.CaptureProfile;

/** Programs that are not ours read what we export. */
@Timeout(120)
final class HarReadersTest {
    @TempDir
    Path folder;

    /** One exchange of every kind that readers may stumble over. */
    private byte[] everyKind() throws Exception {
        byte[] noise = new byte[70_001];
        new Random(11).nextBytes(noise);
        try (HarSession session = new HarSession(folder.resolve("home"), CaptureProfile.FULL)) {
            session.body("Content-Type: text/html; charset=utf-8\r\nSet-Cookie: a=1; Path=/; Expires=Wed, 09 Jun 2021 10:18:14 GMT\r\nSet-Cookie: b=2",
                    utf8("<p>gr\u00fc\u00dfe \ud83d\ude00 \u0001\u2028</p>"));
            session.body("Content-Type: image/png", noise);
            session.body("Content-Type: application/json\r\nContent-Encoding: gzip", HarBodyTest.gzip(utf8("{\"zipped\":\"\u00e4\"}")));
            session.body("Content-Type: text/plain; charset=iso-8859-1", "gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
            session.body("Content-Type: text/plain", new byte[0]);
            session.request("POST /form?a=1&a=2 HTTP/1.1\r\nHost: a.test\r\nCookie: c=3\r\nContent-Type: application/x-www-form-urlencoded")
                    .sending(utf8("x=1&y=%C3%A4")).answered("HTTP/1.1 302 Found\r\nLocation: /next").record();
            session.request("POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/octet-stream").sending(noise)
                    .answered("HTTP/1.1 204 No Content").record();
            session.request("GET /none HTTP/1.1\r\nHost: a.test").over(Optional.empty())
                    .ending(new Outcome.Incomplete(ErrorClass.DNS, "no such host"), Timings.NONE).record();
            session.request("GET /six HTTP/1.1\r\nHost: [2001:db8::1]").to(new Endpoint("https", "2001:db8::1", 443))
                    .over(Optional.of(new Route(Optional.empty(), "[2001:db8::1]:443", 9, false, Optional.empty())))
                    .hint("HTTP/1.1 103 Early Hints").answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked")
                    .with(utf8("x"), new Fields.Line("T", "1")).record();
            session.request("CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443").to(new Endpoint(Endpoint.TUNNEL, "b.test", 443))
                    .sending(new byte[] {1}).answered("HTTP/1.1 200 OK").with(new byte[] {2}).record();
            return session.export().octets();
        }
    }

    private String said(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /** Sizes, Base64 and dates add up for another program; where the MCP clients are installed, a validator that came with them is asked too. */
    @Test
    void nodeFindsNothingThatDoesNotAddUp() throws Exception {
        Path node = Programs.require("node");
        Path file = Files.write(folder.resolve("every-kind.har"), everyKind());
        Path fixtures = Programs.fixtures().resolve("har");
        List<String> command = new ArrayList<>(List.of(node.toString(), fixtures.resolve("read.mjs").toString(), file.toString(),
                fixtures.resolve("har-1.2.schema.json").toString()));
        Path modules = Path.of(System.getenv().getOrDefault("MCP_CLIENTS", "build/npm")).toAbsolutePath();
        if (Files.isDirectory(modules.resolve("node_modules/ajv"))) {
            command.add(modules.toString());
        }
        assertEquals("entries 10", said(command));
    }

    /** The front end of Chromium's developer tools imports the file with its own code, as its network panel does. */
    @Test
    void theDeveloperToolsOfChromiumImportEveryEntry() throws Exception {
        Path chromium = Programs.require("chromium");
        byte[] har = everyKind();
        String imported;
        try (DeveloperTools tools = DeveloperTools.start(chromium, folder.resolve("profile"))) {
            imported = tools.evaluate("""
                    (async () => {
                      try {
                        const { HARFormat, Importer } = await import('/devtools/models/har/har.js');
                        const log = new HARFormat.HARRoot(JSON.parse(%s)).log;
                        const shown = [];
                        for (const request of Importer.Importer.requestsFromHARLog(log)) {
                          const content = await request.requestContentData();
                          shown.push([request.requestMethod, request.url(), request.statusCode, request.mimeType, request.responseHeaders.length,
                            content.isTextContent ? content.text : content.base64.length,
                            (await request.requestFormData())?.length ?? -1].join(' '));
                        }
                        return shown.join('\\n');
                      } catch (error) {
                        return String(error.stack);
                      }
                    })()""".formatted(Json.text(new JsonString(new String(har, StandardCharsets.UTF_8)))));
        }
        assertEquals("""
                GET http://a.test/body 200 text/html; charset=utf-8 3 <p>gr\u00fc\u00dfe \ud83d\ude00 \u0001\u2028</p> -1
                GET http://a.test/body 200 image/png 1 93336 -1
                GET http://a.test/body 200 application/json 2 {"zipped":"\u00e4"} -1
                GET http://a.test/body 200 text/plain; charset=iso-8859-1 1 gr\u00fc\u00dfe -1
                GET http://a.test/body 200 text/plain 1  -1
                POST http://a.test/form?a=1&a=2 302  1  12
                POST http://a.test/up 204  0  93336
                GET http://a.test/none 0  0  -1
                GET https://[2001:db8::1]/six 200  1 x -1
                CONNECT tunnel://b.test:443 200  0 4 4""", imported);
    }
}
