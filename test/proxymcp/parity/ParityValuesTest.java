package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.Session;

/** What is said of values that changed: of fields that the caller names, of constants, of lists. */
@Timeout(60)
final class ParityValuesTest {
    private static final String ROWS = "{\"items\":[{\"id\":7001,\"price\":14.11,\"state\":\"open\"},{\"id\":7002,\"price\":9.50,\"state\":\"paid\"},"
            + "{\"id\":7003,\"price\":3.25,\"state\":\"open\"},{\"id\":7004,\"price\":8.75,\"state\":\"sent\"}]}";

    private Judged sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new Judged(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    /** The drifts of {@code count} equal answers that all became {@code after}. */
    private List<String> drifts(int count, String before, String after, String... keys) throws Exception {
        return Judged.drifts(sessions.judge(Judged.gets(count, "/v", i -> before), Judged.gets(count, "/v", i -> after), Judged.keys(keys)));
    }

    @Test void aKeyFieldOfOneElementIsHigh() throws Exception {
        for (String key : List.of("$.items[*].price", "$.items", "$..price", "response.json.**")) {
            assertEquals(List.of("response.json.$.items[*].price items_changed high"), drifts(3, ROWS, ROWS.replace("14.11", "9999"), key), key);
        }
        assertEquals(List.of("response.json.$.items[*].price items_changed low"), drifts(3, ROWS, ROWS.replace("14.11", "9999"), "$.items[*].id"));
    }

    @Test void aKeyFieldInAnotherOrderIsLowAndInAnotherElementHigh() throws Exception {
        String turned = "{\"items\":[{\"id\":7004,\"price\":8.75,\"state\":\"sent\"},{\"id\":7001,\"price\":14.11,\"state\":\"open\"},"
                + "{\"id\":7002,\"price\":9.50,\"state\":\"paid\"},{\"id\":7003,\"price\":3.25,\"state\":\"open\"}]}";
        for (String drift : drifts(3, ROWS, turned, "$.items[*].price")) {
            assertEquals("order_changed low", drift.split(" ", 2)[1], drift);
        }
        assertEquals(List.of("response.json.$.items[*].price order_changed high"),
                drifts(3, ROWS, ROWS.replace("14.11", "x").replace("9.50", "14.11").replace("x", "9.50"), "$.items[*].price"));
    }

    @Test void aKeyFieldIsNeverNoise() throws Exception {
        String[][] changes = {{"\"2026-01-05\"", "\"2027-01-05\""}, {"12345678901234567890", "12345678901234567891"}, {"1234567890", "1234567891"},
            {"\"DE89370400440532013000\"", "\"DE12500105170648489890\""}, {"\"0b7ab4d3e1f24c0e8b1d5a7c9e3f6021\"", "\"9c1f0e2d3b4a59687786a5b4c3d2e1f0\""},
            {"\"2026-03-01T10:00:00Z\"", "\"2001-03-01T10:00:00Z\""}, {"\"6f1ed002-ab55-4f2d-9d1c-0c6a3a1b2c3d\"", "\"0a0b0c0d-1111-4222-8333-444455556666\""}};
        for (int count : new int[] {1, 3}) {
            for (String[] change : changes) {
                assertEquals(List.of("response.json.$.userId value_changed high"),
                        drifts(count, "{\"userId\":" + change[0] + ",\"a\":1}", "{\"userId\":" + change[1] + ",\"a\":1}", "$.userId"), change[0] + " of " + count);
            }
        }
    }

    @Test void aKeyFieldThatTheSameRequestsAnswerDifferentlyIsLow() throws Exception {
        IntFunction<IntFunction<String>> views = day -> i -> "{\"views\":" + (1_000 * day + 7 * i) + ",\"a\":1}";
        Session baseline = sessions.write(Judged.gets(4, "/v", views.apply(1)));
        assertEquals(List.of("response.json.$.views value_changed low"),
                Judged.drifts(Judged.judge(baseline, sessions.write(Judged.gets(4, "/v", views.apply(2))), Judged.keys("$.views"))));
    }

    /** Of one answer and of more; {@code before} and {@code after} are members of an object within. */
    private void assertDrift(String drift, String before, String after) throws Exception {
        for (int count : new int[] {1, 4}) {
            List<String> drifts = drifts(count, "{\"data\":[1],\"meta\":{" + before + "}}", "{\"data\":[1],\"meta\":{" + after + "}}");
            assertEquals(List.of("response.json.$.meta." + drift), drifts, after + " in " + count);
        }
    }

    @Test void anOutcomeThatTurnedBadIsHigh() throws Exception {
        assertDrift("success value_changed high", "\"success\":true", "\"success\":false");
        assertDrift("ok value_changed high", "\"ok\":true", "\"ok\":false");
        assertDrift("authenticated value_changed high", "\"authenticated\":true", "\"authenticated\":false");
        assertDrift("is_authenticated value_changed high", "\"is_authenticated\":true", "\"is_authenticated\":false");
        assertDrift("hasError value_changed high", "\"hasError\":false", "\"hasError\":true");
        assertDrift("code value_changed high", "\"code\":200", "\"code\":500");
        assertDrift("httpStatus value_changed high", "\"httpStatus\":201", "\"httpStatus\":403");
        assertDrift("success value_changed low", "\"success\":false", "\"success\":true");
        assertDrift("darkMode value_changed low", "\"darkMode\":true", "\"darkMode\":false");
    }

    @Test void nothingWhereThereWasSomethingIsMedium() throws Exception {
        String token = "\"token\":\"0b7ab4d3e1f24c0e8b1d5a7c9e3f6021\"";
        for (String hollow : List.of("undefined", "null", "NaN", "[object Object]")) {
            assertDrift("token value_changed medium", token, "\"token\":\"" + hollow + "\"");
        }
        assertDrift("token emptied medium", token, "\"token\":\"\"");
        assertDrift("expires value_changed medium", "\"expires\":1760000000", "\"expires\":0");
    }

    @Test void aConstantThatChangedIsListed() throws Exception {
        String[][] changes = {{"\"2026-01-05\"", "\"2027-01-05\""}, {"12345678901234567890", "12345678901234567891"}, {"1234567890", "1234567891"},
            {"\"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.\"", "\"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.\""},
            {"\"DE89370400440532013000\"", "\"DE12500105170648489890\""}, {"\"6f1ed002-ab55-4f2d-9d1c-0c6a3a1b2c3d\"", "\"0a0b0c0d-1111-4222-8333-444455556666\""}};
        for (String target : List.of("/v", "/v/#")) {
            for (String[] change : changes) {
                ParityReport report = sessions.judge(Judged.gets(4, target, i -> "{\"field\":" + change[0] + "}"), Judged.gets(4, target, i -> "{\"field\":" + change[1] + "}"),
                        ParityRequest.ALL);
                assertEquals(List.of("response.json.$.field value_changed low"), Judged.drifts(report), change[0] + " at " + target);
                assertTrue(report.score() < 1);
            }
        }
    }

    @Test void whatIsFreshInEachAnswerIsNoDrift() throws Exception {
        IntFunction<IntFunction<String>> answer = day -> i -> "{\"requestId\":\"" + new UUID(0x6f1ed002ab554f2dL * (31 * day + i), 0x8d1c0c6a3a1b2c3dL * (17 * i + day)) + "\",\"at\":"
                + (1_760_000_000L + 86_400 * day + 7 * i) + "}";
        assertEquals(List.of(), Judged.drifts(sessions.judge(Judged.gets(4, "/v", answer.apply(1)), Judged.gets(4, "/v", answer.apply(2)), ParityRequest.ALL)));
    }

    /** A list of as many elements, {@code each} by its number. */
    private static String list(int count, IntFunction<String> each) {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < count; i++) {
            items.append(i == 0 ? "" : ",").append(each.apply(i));
        }
        return "{\"items\":[" + items + "]}";
    }

    @Test void twoElementsOfOneIdAreListed() throws Exception {
        IntFunction<String> before = i -> "{\"id\":" + (7_001 + i) + ",\"n\":1}";
        assertEquals(List.of("response.json.$.items[*].id items_changed low"), drifts(1, list(6, before), list(6, i -> before.apply(i == 3 ? 2 : i))));
        IntFunction<String> made = i -> "{\"id\":\"" + new UUID(0x6f1ed002ab554f2dL * (i + 3), 0x8d1c0c6a3a1b2c3dL * (i + 5)) + "\"}";
        assertEquals(List.of("response.json.$.items[*].id items_changed low"), drifts(1, list(2, made), list(2, i -> made.apply(9))));
        assertEquals(List.of(), drifts(1, list(2, made), list(2, i -> made.apply(9 + i))));
    }

    @Test void anOptionalMemberThatIsGoneFromAllElementsIsListed() throws Exception {
        IntFunction<String> before = i -> "{\"n\":1" + (i % 2 == 0 ? ",\"badge\":{\"text\":\"new\"}" : "") + "}";
        for (int count : new int[] {1, 3}) {
            assertEquals(List.of("response.json.$.items[*].badge.text items_changed low"), drifts(count, list(6, before), list(6, i -> "{\"n\":1}")));
            assertEquals(List.of("response.json.$.items[*].badge.text items_changed high"), drifts(count, list(6, before), list(6, i -> "{\"n\":1}"), "$.items[*].badge"));
        }
    }

    @Test void aListThatMayBeEmptyAndIsWhereItWasNotIsListedOnce() throws Exception {
        IntFunction<String> before = i -> i == 0 ? "{\"items\":[]}" : "{\"items\":[{\"n\":5,\"m\":6},{\"n\":7,\"m\":8}]}";
        IntFunction<String> after = i -> i == 2 ? "{\"items\":[]}" : before.apply(i);
        assertEquals(List.of("response.json.$.items items_changed low"),
                Judged.drifts(sessions.judge(Judged.gets(4, "/v/#", before), Judged.gets(4, "/v/#", after), ParityRequest.ALL)));
    }

    @Test void oneOfAThousandElementsIsListed() throws Exception {
        IntFunction<String> even = i -> "{\"id\":" + i + ",\"v\":" + 2 * i + "}";
        for (String last : List.of("1999", "-1")) {
            assertEquals(List.of("response.json.$.items[*].v items_changed low"), drifts(1, list(1_000, even),
                    list(1_000, i -> i == 999 ? "{\"id\":999,\"v\":" + last + "}" : even.apply(i))), last);
        }
    }

    @Test void anotherAccountIsListedHoweverFewAnswersThereAre() throws Exception {
        String before = "{\"payTo\":\"DE89370400440532013000\"}"; // The example of ISO 13616.
        assertEquals(List.of("response.json.$.payTo value_changed low"), drifts(1, before, "{\"payTo\":\"GB82WEST12345698765432\"}"));
        assertEquals(List.of("response.json.$.payTo value_changed low"), drifts(1, before, "{\"payTo\":\"DE75512108001245126199\"}"));
    }
}
