package proxymcp.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.store.Session;

/** What is said of values that no answer explains. The first request of a written session begins a day after {@code 1_760_000_000_000}. */
@Timeout(60)
final class ClassifierTest {
    private static final long NOW_MILLIS = 1_760_000_000_000L + 86_400_000L + 40;
    private static final String UUID = "6b1f0c52-3a7e-4c1d-9f6a-2b8e4d7c9a10";
    private static final String TOKEN = "k3Jx9QmZ7vLp2Rt8Wy5B";

    private RecordedSessions sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new RecordedSessions(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private FlowTemplate template(WrittenExchange... exchanges) throws Exception {
        for (WrittenExchange exchange : exchanges) {
            exchange.answer(200, "application/json", "{}");
        }
        try (Session session = sessions.write(List.of(exchanges))) {
            return RecordedSessions.make(session);
        }
    }

    private static WrittenExchange get(String target) {
        return new WrittenExchange("GET", "a.example", target);
    }

    private static WrittenExchange json(String target, String body) {
        return new WrittenExchange("POST", "a.example", target).body("application/json", body);
    }

    private static List<DerivedValue> derived(FlowTemplate template) {
        List<DerivedValue> all = new ArrayList<>();
        template.steps().forEach(step -> step.placeholders().forEach(place -> place.derived().ifPresent(all::add)));
        return all;
    }

    private static List<String> unexplained(FlowTemplate template) {
        return template.unexplained().stream().map(Unexplained::location).toList();
    }

    private static List<String> inputs(FlowTemplate template) {
        return template.inputs().stream()
                .map(input -> input.name() + " " + input.type() + " " + input.format() + " " + input.defaultValue() + " " + input.usedIn()).toList();
    }

    @Test void timesAboutThatOfSending() throws Exception {
        Instant now = Instant.ofEpochMilli(NOW_MILLIS);
        Map<String, String> times = new LinkedHashMap<>();
        times.put("seconds", Long.toString(NOW_MILLIS / 1_000));
        times.put("millis", Long.toString(NOW_MILLIS));
        times.put("micros", Long.toString(NOW_MILLIS * 1_000));
        times.put("iso", now.toString());
        times.put("http", DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)));
        for (Map.Entry<String, String> time : times.entrySet()) {
            assertEquals(List.of(new DerivedValue.Timestamp(time.getKey())), derived(template(get("/a").header("X-Sent", time.getValue()))), time.getKey());
        }
        assertEquals(List.of(), derived(template(get("/a").header("X-Sent", Long.toString(NOW_MILLIS - 3 * 86_400_000L)))), "three days before");
        assertEquals(List.of(), derived(template(get("/a").header("X-Sent", "2026-99-99T99:99:99Z"))), "no time");
    }

    @Test void whatIsMadeForEachRequest() throws Exception {
        assertEquals(List.of(new DerivedValue.Uuid()), derived(template(get("/a").header("X-Request-Id", UUID))));
        assertEquals(List.of(new DerivedValue.Nonce("hex", 16)), derived(template(get("/a?nonce=9f3c1a7be2d84056"))));
        assertEquals(List.of(new DerivedValue.Nonce("digits", 9)), derived(template(get("/a?nonce=918273645"))));
        assertEquals(List.of(new DerivedValue.Nonce("alphanumeric", 20)), derived(template(get("/a?state=" + TOKEN))));
        assertEquals(List.of(new DerivedValue.Nonce("alphanumeric", 16)), derived(template(get("/a?nonce=9f3c1a7be2d8405z"))));
        assertEquals(List.of(new DerivedValue.Nonce("base64url", 21)), derived(template(get("/a?state=" + TOKEN + "_"))));
    }

    @Test void aUuidThatOneRequestSendsTwiceIsMadeForIt() throws Exception {
        assertEquals(List.of(new DerivedValue.Uuid(), new DerivedValue.Uuid()), derived(template(get("/a?thing=" + UUID).header("X-Thing", UUID))));
        assertEquals(List.of(), derived(template(get("/a").header("X-Thing", UUID), get("/b").header("X-Thing", UUID))));
    }

    /** Under names that say nothing it takes another value in another request to tell. */
    @Test void whatRotatesIsMadeForEachRequest() throws Exception {
        assertEquals(List.of(), derived(template(get("/a").header("X-Thing", TOKEN))));
        assertEquals(List.of(new DerivedValue.Nonce("alphanumeric", 20), new DerivedValue.Nonce("alphanumeric", 20)),
                derived(template(get("/a").header("X-Thing", TOKEN), get("/a").header("X-Thing", "Zq8Rn4Tb6Yw1Kd3Fh7Jm"))));
    }

    @Test void aMadeValueThatIsSentAgainIsTheSame() throws Exception {
        FlowTemplate template = template(get("/a?state=" + TOKEN), get("/b?state=" + TOKEN));
        assertEquals(List.of("https://a.example/a?state={state:url}", "https://a.example/b?state={state:url}"),
                template.steps().stream().map(TemplateStep::urlTemplate).toList());
    }

    /** One name is one value: whatever field sends it, as long as nobody comes upon it by chance. */
    @Test void theSameValueElsewhereHasTheSameName() throws Exception {
        FlowTemplate template = template(get("/a?state=" + TOKEN), get("/b").header("X-Any", TOKEN));
        assertTrue(template.steps().get(1).headers().contains(new TemplateStep.Header("X-Any", "{state}")));
        template = template(json("/a", "{\"email\":\"dora.77@example.org\",\"age\":41}"), json("/b", "{\"owner\":\"dora.77@example.org\",\"floor\":41,\"age\":41}"));
        assertEquals(new TemplateBody.Text("{\"owner\":\"{email:json}\",\"floor\":{floor},\"age\":{age}}"), template.steps().get(1).body());
        assertEquals(List.of("email", "age", "floor"), template.inputs().stream().map(TemplateInput::name).toList());
    }

    /** A segment of a path that is another one each time was chosen, a cookie was set: neither is made for the request. */
    @Test void segmentsAndCookiesAreNotMadeUp() throws Exception {
        String other = UUID.replace('6', '7');
        FlowTemplate template = template(get("/users/" + UUID), get("/users/" + other));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of(UUID, other), template.inputs().stream().map(TemplateInput::defaultValue).toList());
        template = template(get("/files/" + TOKEN), get("/files/Zq8Rn4Tb6Yw1Kd3Fh7Jm"));
        assertEquals(List.of(), derived(template));
        assertEquals(2, template.inputs().size());
        template = template(get("/a").header("Cookie", "u=" + UUID + "; t=" + TOKEN), get("/a").header("Cookie", "u=" + other + "; t=Zq8Rn4Tb6Yw1Kd3Fh7Jm"));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of("request.cookie.u", "request.cookie.t", "request.cookie.u", "request.cookie.t"), unexplained(template));
    }

    @Test void whatTwoRequestsShareOrMayBeADigestIsNotMadeUp() throws Exception {
        FlowTemplate shared = template(get("/a").header("X-Thing", TOKEN), get("/a").header("X-Thing", TOKEN), get("/a").header("X-Thing", "Zq8Rn4Tb6Yw1Kd3Fh7Jm"));
        assertEquals(List.of(), derived(shared));
        assertEquals(List.of("request.header.x-thing", "request.header.x-thing"), unexplained(shared), "a token that was given twice");
        FlowTemplate template = template(get("/a").header("X-Thing", "9f3c1a7be2d840569f3c1a7be2d84056"), get("/a").header("X-Thing", "1f3c1a7be2d840569f3c1a7be2d84057"));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of("a digest or signature of parts or with a key that are not known"), template.unexplained().stream().map(Unexplained::guess).distinct().toList());
    }

    /** Values that differ may come from where nothing is looked for: none is made up where the name, the form or an answer speaks against it. */
    @Test void aTokenWithSeveralValuesIsNoNonce() throws Exception {
        String first = "9f3c1a7be2d840569f3c1a7b";
        String second = "1f3c1a7be2d840569f3c1a7c";
        FlowTemplate template = template(get("/a").header("X-Api-Key", first), get("/a").header("X-Api-Key", second));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of(first, second), template.inputs().stream().map(TemplateInput::defaultValue).toList());
        template = template(get("/a").header("X-Session", UUID));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of("request.header.x-session"), unexplained(template));
        template = template(get("/a").header("X-Thing", first), get("/a").header("X-Thing", TOKEN));
        assertEquals(List.of(), derived(template));
        assertEquals(List.of("request.header.x-thing", "request.header.x-thing"), unexplained(template), "of two forms");
        template = template(get("/a?__VIEWSTATE=" + TOKEN));
        assertEquals(List.of(), derived(template));
    }

    @Test void aGuessThatAValueIsMadeUpIsSaid() throws Exception {
        assertEquals(List.of("request.header.x-thing: each request has another value there, which no answer holds; a run makes it up"),
                template(get("/a").header("X-Thing", TOKEN), get("/a").header("X-Thing", "Zq8Rn4Tb6Yw1Kd3Fh7Jm")).warnings());
        assertEquals(List.of(), template(get("/a").header("X-Nonce", TOKEN), get("/a").header("X-Nonce", "Zq8Rn4Tb6Yw1Kd3Fh7Jm")).warnings());
    }

    @Test void inputsHaveTypesAndDefaults() throws Exception {
        FlowTemplate template = template(json("/login", "{\"email\":\"dora@example.org\",\"password\":\"pa55-Word\",\"age\":41,\"ratio\":1.5,\"fine\":true}"),
                json("/again", "{\"email\":\"dora@example.org\"}"));
        assertEquals(List.of("email string email dora@example.org [s1 request.json.$.email, s2 request.json.$.email]",
                "password string password pa55-Word [s1 request.json.$.password]", "age integer  41 [s1 request.json.$.age]", "ratio number  1.5 [s1 request.json.$.ratio]"),
                inputs(template));
        assertEquals(new TemplateBody.Text("{\"email\":\"{email:json}\",\"password\":\"{password:json}\",\"age\":{age},\"ratio\":{ratio},\"fine\":true}"),
                template.steps().get(0).body());
    }

    @Test void whatIsAlwaysTheSameIsWrittenOut() throws Exception {
        FlowTemplate template = template(new WrittenExchange("POST", "a.example", "/token").header("X-Api-Version", "2025-01-01")
                .body("application/x-www-form-urlencoded", "grant_type=password&scope=all&username=erin"));
        assertEquals(List.of("username string  erin [s1 request.form.username]"), inputs(template));
        assertEquals(new TemplateBody.Text("grant_type=password&scope=all&username={username:form}"), template.steps().get(0).body());
    }

    @Test void whatNothingIsKnownOfIsNamedOnce() throws Exception {
        FlowTemplate template = template(get("/a").header("X-Thing", TOKEN), get("/b").header("X-Thing", TOKEN), get("/c").header("Cookie", "old=" + TOKEN + "x"));
        assertEquals(List.of("request.header.x-thing", "request.cookie.old"), unexplained(template));
        assertTrue(template.unexplained().get(0).guess().endsWith(" from before the recording, or made by the client"));
        assertEquals("set before the recording began, or by a script", template.unexplained().get(1).guess());
        assertEquals(Optional.of("s1"), template.unexplained().stream().map(Unexplained::step).findFirst());
    }

    @Test void aSegmentOfThePathIsAnInputWhereItIsOneOfMany() throws Exception {
        FlowTemplate template = template(get("/users/1041/posts"), get("/users/1042/posts"), get("/users/1043/posts"));
        assertEquals(List.of("https://a.example/users/{users_id:url}/posts", "https://a.example/users/{users_id_2:url}/posts",
                "https://a.example/users/{users_id_3:url}/posts"), template.steps().stream().map(TemplateStep::urlTemplate).toList());
        assertEquals(List.of(), inputs(template(get("/users/list/posts"))));
    }
}
