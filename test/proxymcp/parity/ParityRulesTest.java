package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.BadArgument;

/** Rules: what they hold, and what is refused. */
@Timeout(60)
final class ParityRulesTest {
    private static final String BODY = "{\"total\":3,\"at\":\"2025-10-07T08:00:00Z\",\"items\":[{\"id\":1,\"price\":5.5},{\"id\":2,\"price\":7},{\"id\":3,\"price\":9}]}";

    @TempDir Path home;

    /** Whether a rule holds of a body whose baseline is {@link #BODY}. */
    private boolean holds(String rule, String body) throws Exception {
        try (Judged sessions = new Judged(home.resolve(Integer.toHexString(rule.hashCode() * 31 + body.hashCode())))) {
            List<WrittenExchange> other = List.of(Judged.get("/list", body));
            ParityReport report = sessions.judge(List.of(Judged.get("/list", BODY)), other, Judged.ruled(rule));
            List<Drift> broken = report.endpoints().get(0).drift().stream().filter(drift -> drift.kind() == DriftKind.RULE_BROKEN).toList();
            for (Drift drift : broken) {
                assertEquals(Severity.HIGH, drift.severity());
                assertTrue(drift.location().startsWith("rules[0] "), drift.location());
            }
            return broken.isEmpty();
        }
    }

    @Test void eachCheckHoldsAndBreaks() throws Exception {
        String[][] table = {
            {"{\"path\":\"$.total\",\"check\":\"equals\"}", "\"total\":3", "\"total\":3.0", "\"total\":4"},
            {"{\"path\":\"$.at\",\"check\":\"equals\"}", "total", "total", "2025-10-07T09"},
            {"{\"path\":\"$.total\",\"check\":\"equals\",\"args\":{\"value\":3}}", "\"total\":3", "\"total\":3", "\"total\":\"3\""},
            {"{\"path\":\"$.items[*].id\",\"check\":\"type\",\"args\":{\"type\":\"integer\"}}", "\"id\":2", "\"id\":2.0", "\"id\":2.5"},
            {"{\"path\":\"$.items[*].price\",\"check\":\"type\"}", "7}", "8}", "\"7\"}"},
            {"{\"path\":\"$.items[2]\",\"check\":\"exists\"}", "9}", "8}", "9}]}"},
            {"{\"path\":\"$.next\",\"check\":\"exists\",\"args\":{\"exists\":false}}", "total", "total", "next\":1,\"total"},
            {"{\"path\":\"$.at\",\"check\":\"matches\",\"args\":{\"pattern\":\"^[0-9]{4}-\"}}", "2025-10-07T", "2026-10-07T", "7.10.2025 "},
            {"{\"path\":\"$.items[*].price\",\"check\":\"range\",\"args\":{\"min\":5.5,\"max\":9}}", ":7}", ":9.0}", ":9.01}"},
            {"{\"path\":\"$.items\",\"check\":\"count_band\",\"args\":{\"min\":3,\"max\":3}}", "\"id\":2", "\"id\":7", "\"id\":2},{\"id\":4"},
            {"{\"path\":\"$.items[*].id\",\"check\":\"count_band\"}", "\"id\":2", "\"id\":7", "\"id\":2},{\"id\":4"},
            {"{\"path\":\"$.items[*].id\",\"check\":\"count_band\",\"args\":{\"tolerance\":0.5}}", "\"id\":2", "\"id\":2},{\"id\":4", "\"id\":2},{\"id\":4},{\"id\":5"},
            {"{\"path\":\"$.items[*].id\",\"check\":\"unique\"}", "\"id\":2", "\"id\":7", "\"id\":1"},
            {"{\"path\":\"$.items[*].id\",\"check\":\"same_set\"}", "\"id\":2", "\"id\":2.0", "\"id\":7"},
            {"{\"path\":\"$.items[*].id\",\"check\":\"same_set\",\"args\":{\"overlap\":0.5}}", "\"id\":2", "\"id\":7", "\"id\":7},{\"id\":8},{\"id\":9"}};
        List<WrittenExchange> baseline = new ArrayList<>();
        List<WrittenExchange> other = new ArrayList<>();
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < table.length; i++) {
            String[] row = table[i];
            String broken = row[3].equals("9}]}") ? BODY.replace(",{\"id\":3,\"price\":9}", "") : row[3].startsWith("2025-10-07T09") ? BODY.replace("T08", "T09")
                    : BODY.replace(row[1], row[3]);
            for (String body : List.of(BODY.replace(row[1], row[2]), broken)) {
                String host = (body.equals(broken) ? "bad" : "good") + (char) ('a' + i) + ".example";
                baseline.add(new WrittenExchange("GET", host, "/list").answer(200, "application/json", BODY));
                other.add(new WrittenExchange("GET", host, "/list").answer(200, "application/json", body));
                rules.add("{\"endpoint\":\"" + host + "\"," + row[0].substring(1));
            }
        }
        try (Judged sessions = new Judged(home)) {
            ParityReport report = sessions.judge(baseline, other, Judged.ruled(rules.toArray(new String[0])));
            for (EndpointParity endpoint : report.endpoints()) {
                String host = endpoint.endpoint().host();
                boolean holds = endpoint.drift().stream().noneMatch(drift -> drift.kind() == DriftKind.RULE_BROKEN);
                assertEquals(host.startsWith("good"), holds, host + " " + table[host.charAt(host.indexOf('.') - 1) - 'a'][0] + " " + endpoint.drift());
            }
        }
    }

    @Test void aRuleIsForItsEndpointAndNeedsJson() throws Exception {
        assertTrue(holds("{\"endpoint\":\"/Other\",\"path\":\"$.x\",\"check\":\"exists\"}", BODY));
        assertTrue(!holds("{\"endpoint\":\"/LIST\",\"path\":\"$.x\",\"check\":\"exists\"}", BODY));
        assertTrue(!holds("{\"path\":\"$.total\",\"check\":\"unique\"}", "plain text"));
    }

    @Test void aRuleForNoEndpointIsTold() throws Exception {
        try (Judged sessions = new Judged(home)) {
            ParityReport report = sessions.judge(List.of(Judged.get("/list", BODY)), List.of(Judged.get("/list", BODY)),
                    Judged.ruled("{\"path\":\"$.total\",\"check\":\"exists\"}", "{\"endpoint\":\"/lits\",\"path\":\"$.total\",\"check\":\"exists\"}"));
            assertEquals(List.of("rules[1] was not checked: its endpoint is part of none that was compared"), report.notes());
        }
    }

    @Test void ignoreTakesAPathAlone() throws Exception {
        try (Judged sessions = new Judged(home)) {
            ParityReport report = sessions.judge(List.of(Judged.get("/list", BODY)), List.of(Judged.get("/list", BODY.replace("\"total\":3", "\"total\":\"x\""))),
                    Judged.ignoring("$.total"));
            assertEquals(List.of(), Judged.drifts(report));
        }
    }

    @Test void valuesThatWentBreakRulesOfSets() throws Exception {
        String gone = BODY.replace("items", "rows");
        assertTrue(!holds("{\"path\":\"$.items[*].id\",\"check\":\"unique\"}", gone));
        assertTrue(!holds("{\"path\":\"$.items[*].id\",\"check\":\"same_set\",\"args\":{\"overlap\":0}}", gone));
    }

    @Test void objectsAreEqualWhateverTheOrderOfTheirMembers() throws Exception {
        String turned = BODY.replace("{\"id\":2,\"price\":7}", "{\"price\":7.0,\"id\":2}");
        assertTrue(holds("{\"path\":\"$.items\",\"check\":\"same_set\"}", turned));
        assertTrue(holds("{\"path\":\"$.items[1]\",\"check\":\"equals\",\"args\":{\"value\":{\"price\":7,\"id\":2}}}", turned));
        assertTrue(!holds("{\"path\":\"$.items\",\"check\":\"same_set\"}", turned.replace("7.0", "7.5")));
        assertTrue(!holds("{\"path\":\"$.items\",\"check\":\"unique\"}", turned.replace("{\"id\":1,\"price\":5.5}", "{\"id\":2,\"price\":7}")));
    }

    /** The last of very many counts as the first does. */
    @Test void allOfALongListIsLookedAt() throws Exception {
        String many = "{\"v\":[" + "1,".repeat(150_000) + "1]}";
        String rule = "{\"path\":\"$.v[*]\",\"check\":\"range\",\"args\":{\"min\":0}}";
        assertTrue(holds(rule, many));
        assertTrue(!holds(rule, many.replace(",1]", ",-1]")));
    }

    @Test void anExpressionThatTakesTooLongBreaksTheRule() throws Exception {
        String text = "{\"at\":\"" + "a".repeat(40) + "!\"}";
        assertTrue(!holds("{\"path\":\"$.at\",\"check\":\"matches\",\"args\":{\"pattern\":\"^(a|a?)+$\"}}", text));
    }

    @Test void whatIsNoRuleIsNamed() throws Exception {
        String[][] table = {
            {"{\"path\":\"$.a\",\"check\":\"equal\"}", "rules[0].check: "},
            {"{\"path\":\"$.a\"}", "rules[0].check: "},
            {"{\"path\":\"a..\",\"check\":\"exists\"}", "rules[0].path: "},
            {"{\"path\":\"$.a\",\"check\":\"exists\",\"severty\":\"low\"}", "rules[0]: unknown argument \"severty\"; did you mean \"severity\"?"},
            {"{\"path\":\"$.a\",\"check\":\"exists\",\"severity\":\"none\"}", "rules[0].severity: "},
            {"{\"path\":\"$.a\",\"check\":\"range\"}", "rules[0].args: expected min, max or both"},
            {"{\"path\":\"$.a\",\"check\":\"range\",\"args\":{\"min\":2,\"max\":1}}", "rules[0].args.min: expected at most max"},
            {"{\"path\":\"$.a\",\"check\":\"range\",\"args\":{\"mim\":2}}", "rules[0].args: unknown argument \"mim\""},
            {"{\"path\":\"$.a\",\"check\":\"matches\",\"args\":{\"pattern\":\"(\"}}", "rules[0].args.pattern: expected a regular expression"},
            {"{\"path\":\"$.a\",\"check\":\"equals\",\"args\":{\"vale\":2}}", "rules[0].args: unknown argument \"vale\"; did you mean \"value\"?"},
            {"{\"path\":\"$.a\",\"check\":\"unique\",\"args\":{\"x\":2}}", "rules[0].args: unknown argument \"x\""},
            {"{\"path\":\"$.a\",\"check\":\"same_set\",\"args\":{\"overlap\":2}}", "rules[0].args.overlap: "}};
        for (String[] row : table) {
            String message = assertThrows(BadArgument.class, () -> Judged.ruled(row[0]), row[0]).getMessage();
            assertTrue(message.startsWith(row[1]), row[0] + " gives " + message);
        }
    }
}
