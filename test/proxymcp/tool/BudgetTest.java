package proxymcp.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.LiveBuffer;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * Whatever passed and whatever room a caller gives: a result stays below it, is JSON, and its totals and offsets lead to every exchange
 * exactly once. The seed is in the message of a failure; {@code -Dproxymcp.budget.seed} runs one again.
 */
final class BudgetTest {
    private static final int ROUNDS = 12;
    private static final String[] PIECES = {"a", "\u0001", "\"", "\\", "\u00e9", "\u20ac", "\ud83d\ude00", "\ud800", "/", "?", "<", "\u2028", "\t"};

    @TempDir
    Path folder;

    @Test
    void everyResultStaysBelowItsRoomAndEveryExchangeIsReachedOnce() throws Exception {
        long seed = Long.getLong("proxymcp.budget.seed", System.nanoTime());
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            try (Tools tools = new Tools(folder.resolve("home" + round), new LiveBuffer.Limits(300, 8 << 20, 64 << 10))) {
                List<String> made = fill(tools, random);
                int charsMax = 2_000 + (random.nextBoolean() ? random.nextInt(2_000) : random.nextInt(198_001));
                String where = "seed " + (seed + round) + ", max_chars " + charsMax;
                assertEquals(made, pages(tools, "proxy_list_traffic", "", "exchanges", charsMax, random, where), where);
                assertEquals(made, pages(tools, "proxy_search_traffic", ",\"query\":\"H\"", "results", charsMax, random, where), where);
                for (String id : made.subList(0, Math.min(15, made.size()))) {
                    one(tools, id, charsMax, random, where);
                }
            }
        }
    }

    private static List<String> fill(Tools tools, Random random) throws Exception {
        List<String> made = new ArrayList<>();
        int count = random.nextInt(250);
        for (int i = 0; i < count; i++) {
            Traffic traffic = new Traffic(tools.live).request(random.nextInt(10) == 0 ? "M".repeat(1 + random.nextInt(9_000)) : "GET",
                    "h".repeat(1 + random.nextInt(250)), "/" + text(random, random.nextInt(8) == 0 ? 20_000 : 40, 0xff).replace('\t', '+'));
            for (int line = random.nextInt(random.nextInt(10) == 0 ? 400 : 6); line > 0; line--) {
                traffic.responseHeader("X-" + line, text(random, random.nextInt(5) == 0 ? 3_000 : 20, 0xff));
            }
            String body = text(random, random.nextInt(5) == 0 ? 60_000 : 200, 0xffff);
            traffic.requestBody(text(random, 500, 0xffff)).responseBody(random.nextBoolean() ? "text/plain" : "image/png", body);
            made.add(switch (random.nextInt(4)) {
                case 0 -> traffic.failed(ErrorClass.PROTOCOL, text(random, 5_000, 0xffff));
                case 1 -> traffic.open().id();
                default -> traffic.complete();
            });
        }
        return made;
    }

    private static String text(Random random, int lengthMax, int charMax) {
        StringBuilder text = new StringBuilder();
        for (int pieces = random.nextInt(lengthMax + 1); pieces > 0; pieces--) {
            String piece = PIECES[random.nextInt(PIECES.length)];
            text.append(piece.charAt(0) <= charMax && piece.charAt(0) != 1 || charMax > 0xff ? piece : "x");
        }
        return text.toString();
    }

    private static List<String> pages(Tools tools, String tool, String more, String list, int charsMax, Random random, String where) {
        List<String> seen = new ArrayList<>();
        long offset = 0;
        boolean going = true;
        while (going) {
            String arguments = "{\"offset\":" + offset + ",\"limit\":" + (1 + random.nextInt(200)) + ",\"max_chars\":" + charsMax + more + "}";
            JsonObject page = checked(tools.call(tool, arguments), charsMax, where);
            for (JsonValue row : page.array(list).orElseThrow()) {
                seen.add(((JsonObject) row).string("id").orElseThrow());
            }
            assertEquals(tools.live.size(), Tools.number(page, "total"), where);
            going = page.has("nextOffset");
            assertTrue(!going || Tools.number(page, "nextOffset") > offset, where);
            assertEquals(!going && offset == 0, page.get("complete").orElseThrow().toString().equals("true"), where);
            offset = going ? Tools.number(page, "nextOffset") : offset;
        }
        return seen;
    }

    private static void one(Tools tools, String id, int charsMax, Random random, String where) {
        String body = List.of("none", "request", "response", "both").get(random.nextInt(4));
        String encoding = random.nextBoolean() ? "text" : "base64";
        JsonObject result = checked(tools.call("proxy_get_exchange", "{\"exchange_id\":\"" + id + "\",\"max_chars\":" + charsMax + ",\"body\":\""
                + body + "\",\"body_encoding\":\"" + encoding + "\",\"body_offset\":" + random.nextInt(300) + "}"), charsMax, where);
        assertEquals(id, Tools.text(result, "exchange.id"), where);
    }

    private static JsonObject checked(JsonObject result, int charsMax, String where) {
        String text = Json.text(result);
        assertTrue(text.length() <= charsMax, () -> where + ": " + text.length() + " characters");
        // Lone surrogates were replaced when it was written, so what is read back is written the same way.
        assertEquals(text, Json.text(Tools.object(text)), where);
        return result;
    }
}
