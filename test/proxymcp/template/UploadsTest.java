package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;
import proxymcp.store.Unwatched;

/** Multipart bodies whose parts are text and files: the text is filled, a file is an input. */
@Timeout(60)
final class UploadsTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";
    private static final byte[] IMAGE = {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xFF, '\r', '\n', '{', 'x', '}'};

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private static byte[] body(String token, byte[] file) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--BB\r\nContent-Disposition: form-data; name=\"uploadId\"\r\n\r\n" + token
                + "\r\n--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        body.writeBytes(file);
        body.writeBytes("\r\n--BB--\r\n".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private static WrittenExchange start() {
        return new WrittenExchange("GET", "a.example", "/start").answer(200, "application/json", "{\"uploadId\":\"" + TOKEN + "\"}");
    }

    private static WrittenExchange upload(byte[] octets) {
        return new WrittenExchange("POST", "a.example", "/upload").body("multipart/form-data; boundary=BB", octets).answer(200, "application/json", "{}");
    }

    private FlowTemplate template(List<String> differences, WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            FlowTemplate template = RecordedSessions.make(session);
            assertEquals(differences, TemplateProof.differences(session, template, Unwatched.NOBODY));
            assertEquals(template, TemplateJson.read(TemplateJson.write(template)));
            return template;
        }
    }

    private static byte[] sent(FlowTemplate template, Map<String, String> inputs, String given) throws Exception {
        try (FlowRun run = new FlowRun(template, inputs)) {
            run.answered(1, FlowRun.answer(200, "{\"uploadId\":\"" + given + "\"}", "Content-Type", "application/json"));
            try (InputStream in = run.request(2).body().open()) {
                return in.readAllBytes();
            }
        }
    }

    @Test void textBesideAFileIsFilled() throws Exception {
        FlowTemplate template = template(List.of(), start(), upload(body(TOKEN, IMAGE)));
        assertEquals(List.of("request.multipart.uploadId"), template.edges().stream().map(Edge::location).toList());
        assertArrayEquals(body("fresh-7Hq2", IMAGE), sent(template, Map.of(), "fresh-7Hq2"));
    }

    @Test void aFileIsAnInputInBase64() throws Exception {
        FlowTemplate template = template(List.of(), start(), upload(body(TOKEN, IMAGE)));
        assertEquals(List.of(new TemplateInput("file", "string", "byte", Base64.getEncoder().encodeToString(IMAGE), List.of("s2 request.multipart.file"))), template.inputs());
        byte[] other = {0, 1, (byte) 0xFE};
        assertArrayEquals(body("fresh-7Hq2", other), sent(template, Map.of("file", Base64.getEncoder().encodeToString(other)), "fresh-7Hq2"));
        try (FlowRun run = new FlowRun(template, Map.of("file", "$$$"))) {
            run.answered(1, FlowRun.answer(200, "{\"uploadId\":\"x\"}", "Content-Type", "application/json"));
            assertEquals("it sends the octets of {file}, which is no Base64", run.skip(2).sentence());
        }
    }

    @Test void aPartIsFilledWhereItStands() throws Exception {
        String part = "--BB\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n";
        String body = part.formatted(TOKEN, "x") + part.formatted("m", TOKEN) + "--BB--\r\n";
        FlowTemplate template = template(List.of(), start(), upload(body.getBytes(StandardCharsets.UTF_8)));
        assertEquals(new TemplateBody.Text(part.formatted(TOKEN, "x").replace("\r\nx", "\r\n{" + template.inputs().get(0).name() + "}") + part.formatted("m", "{upload_id}")
                + "--BB--\r\n"), template.steps().get(1).body());
    }

    /** A body that is left in the session goes out as it is: that its parts are known is no use, and is said. */
    @Test void whatCannotBeFilledIsSaidAndNotProven() throws Exception {
        byte[] large = new byte[600_000];
        Arrays.fill(large, (byte) 0xFF);
        FlowTemplate template = template(List.of("s2 request.multipart.uploadId: where its value comes from is known, but it is sent as recorded"),
                start(), upload(body(TOKEN, large)));
        assertTrue(template.warnings().contains("s2 request.multipart.uploadId: the value inside of it is known, but cannot be put there; it is sent as recorded"),
                template.warnings().toString());
        assertEquals(List.of(), template.inputs());
        assertEquals(List.of("request.multipart.file"), template.unexplained().stream().map(Unexplained::location).toList());
    }
}
