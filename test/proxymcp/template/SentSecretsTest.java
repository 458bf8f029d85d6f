package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** Credentials that a run would send as they were recorded are said to be such; what is typed, and what tracks, is not. */
@Timeout(60)
final class SentSecretsTest {
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        try (Session session = sessions.write(List.of(exchanges))) {
            return RecordedSessions.make(session);
        }
    }

    private static WrittenExchange get(String name, String value) {
        return new WrittenExchange("GET", "a.example", "/use").header(name, value).answer(200, "application/json", "{}");
    }

    private static WrittenExchange post(String body) {
        return new WrittenExchange("POST", "a.example", "/use").body("application/json", body).answer(200, "application/json", "{}");
    }

    private void check(boolean secret, List<String> warnings, WrittenExchange exchange) throws Exception {
        FlowTemplate template = template(exchange);
        assertEquals(warnings, template.warnings());
        assertEquals(secret, SentSecrets.isAny(template), template.warnings().toString());
    }

    @Test void anInputThatIsACredentialIsNamedWithItsStep() throws Exception {
        String said = "): its default is the recorded value, which looks like a credential and comes from no answer; a run that is not given another sends it";
        check(true, List.of("input x_api_key (s1 request.header.x-api-key" + said), get("X-Api-Key", TOKEN));
        check(true, List.of("input authorization (s1 request.header.authorization" + said), get("Authorization", "Bearer " + TOKEN));
        check(true, List.of("input session_token (s1 request.json.$.sessionToken" + said), post("{\"sessionToken\":\"" + TOKEN + "\"}"));
    }

    @Test void anInputThatIsDrawnIsNamedToo() throws Exception {
        check(false, List.of("input blob (s1 request.json.$.blob): its default is the recorded value, which looks like a drawn one and comes from no answer; "
                + "a run that is not given another sends it"), post("{\"blob\":\"" + TOKEN + "\"}"));
    }

    @Test void aSessionFromBeforeTheRecordingIsNamed() throws Exception {
        check(true, List.of("s1 request.cookie.JSESSIONID: looks like a credential (set before the recording began, or by a script); it is sent as recorded"),
                get("Cookie", "JSESSIONID=" + TOKEN));
    }

    @Test void whatAnAnswerHeldAndNothingFindsIsOne() throws Exception {
        WrittenExchange give = new WrittenExchange("GET", "a.example", "/give").answer(200, "text/plain", "x\n0011aabbccddeeff 1234aabbccddeeff 9f3c1a7be2d840569f3c1a7b");
        FlowTemplate template = template(give, post("{\"x\":\"9f3c1a7be2d840569f3c1a7b\"}"));
        assertEquals(true, SentSecrets.isAny(template));
        assertEquals(1, template.warnings().size(), "one sentence is enough: " + template.warnings());
    }

    @Test void whatIsTypedAndWhatTracksIsNone() throws Exception {
        check(false, List.of(), post("{\"username\":\"erin\",\"password\":\"k3Jx9QmZ7vLp2Rt8Wy5B\",\"keyword\":\"waterproof\",\"code\":\"DE-BE\"}"));
        check(false, List.of(), get("Cookie", "_ga=" + TOKEN));
        FlowTemplate tracked = template(get("Cookie", "_ga=" + TOKEN));
        assertEquals(1, tracked.unexplained().size(), "it is counted");
    }
}
