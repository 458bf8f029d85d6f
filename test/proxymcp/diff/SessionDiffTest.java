package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/** What comparisons of small sessions say. */
@Timeout(60)
final class SessionDiffTest {
    @TempDir Path home;

    private static List<String> shown(DiffReport report) {
        List<String> shown = new ArrayList<>();
        for (ChangedField field : report.shown()) {
            shown.add(field.location() + " " + field.kind().word());
        }
        return shown;
    }

    private static WrittenExchange get(String target, String json) {
        return new WrittenExchange("GET", "a.example", target).answer(200, "application/json", json);
    }

    private static List<WrittenExchange> gets(int count, String target, IntFunction<String> json) {
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            exchanges.add(get(target.replace("#", Integer.toString(i)), json.apply(i)));
        }
        return exchanges;
    }

    private List<String> shown(List<WrittenExchange> a, List<WrittenExchange> b) throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            return shown(WrittenSessions.compare(sessions.write(a), sessions.write(b), List.of(), DiffRequest.ALL));
        }
    }

    @Test void aFieldIsNotTakenToComeAndGoWhereBodiesWereCut() throws Exception {
        List<WrittenExchange> a = gets(5, "/items/#", i -> "{\"id\":" + i + "}");
        List<WrittenExchange> b = gets(5, "/items/#", i -> "{\"id\":" + i + ",\"tag\":\"new\"}");
        a.get(2).cut();
        b.get(2).cut();
        assertEquals(List.of("response.json.$.tag added"), shown(a, b));
    }

    @Test void twoExchangesThatAreNotAlikeHaveTheirOwnStatuses() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            Session a = sessions.write(List.of(get("/x", "{}"), get("/y", "{}"), get("/x", "{}")));
            Session b = sessions.write(List.of(get("/x", "{}"), new WrittenExchange("POST", "a.example", "/z").answer(401, "application/json", "{}")));
            DiffRequest two = new DiffRequest(SessionQuery.ALL, Optional.of(new DiffRequest.Couple(1, 2)), IgnorePatterns.NONE, true, ArrayMode.AUTO);
            EndpointDiff endpoint = WrittenSessions.compare(a, b, List.of(), two).endpoints().getFirst();
            assertEquals(Map.of(200, 1), endpoint.statusA());
            assertEquals(Map.of(401, 1), endpoint.statusB());
            assertEquals(1, endpoint.countA());
        }
    }

    @Test void whatTheSameRequestIsAnsweredWithAnewEachTimeIsNoise() throws Exception {
        Random random = new Random(1);
        assertEquals(List.of(), shown(gets(8, "/load", i -> "{\"load\":" + random.nextInt(100) * 7 + "." + i + "}"),
                gets(8, "/load", i -> "{\"load\":" + random.nextInt(100) * 7 + "." + i + "}")));
    }

    @Test void whatChangesBecauseSomethingWasSentIsNoNoise() throws Exception {
        assertEquals(List.of("response.json.$.total changed"), shown(cart(10), cart(12)));
    }

    /** Something is put into a cart and the cart is looked at, six times. */
    private static List<WrittenExchange> cart(int price) {
        List<WrittenExchange> exchanges = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            exchanges.add(new WrittenExchange("POST", "a.example", "/cart/" + (i % 2 == 0 ? "add" : "change")).body("application/json", "{\"item\":\"i" + i + "\"}")
                    .answer(204, "text/plain", ""));
            exchanges.add(get("/cart", "{\"total\":" + i * 5 % 7 * price + "}"));
        }
        return exchanges;
    }

    @Test void howLongSomethingLastsIsNoTime() throws Exception {
        assertEquals(List.of("request.query.expires changed"), shown(gets(6, "/f/#?expires=900", i -> "{}"), gets(6, "/f/#?expires=3600", i -> "{}")));
    }

    @Test void aSignedTimeWithoutSignsIsNoise() throws Exception {
        assertEquals(List.of(), shown(gets(3, "/f?when=20250101T00000#Z", i -> "{}"), gets(3, "/f?when=20250202T10000#Z", i -> "{}")));
    }

    @Test void randomNumbersAreNoiseThoughSomeAreShort() throws Exception {
        Random random = new Random(7);
        assertEquals(List.of(), shown(gets(400, "/f/#", i -> "{\"mark\":" + random.nextInt(i == 9 ? 900 : 1 << 30) + "}"),
                gets(400, "/f/#", i -> "{\"mark\":" + random.nextInt(1 << 30) + "}")));
    }

    @Test void aRemovedFieldIsSaidToBeThereInAllThatWork() throws Exception {
        try (WrittenSessions sessions = new WrittenSessions(home)) {
            Session a = sessions.write(gets(3, "/f/#?sign=0a1b2c3d4e5f60718293a4b5c6d7e8f0", i -> "{}"));
            Session other = sessions.write(gets(3, "/f/#?sign=ffffffff4e5f60718293a4b5c6d70001", i -> "{}"));
            Session b = sessions.write(gets(3, "/f/#", i -> "{}"));
            ChangedField field = WrittenSessions.compare(a, b, List.of(other), DiffRequest.ALL).shown().getFirst();
            assertTrue(field.separates() && field.evidence().endsWith("all sessions that work have it"), field.evidence());
        }
    }
}
