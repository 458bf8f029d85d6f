package proxymcp.parity;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonBoolean;
import proxymcp.json.JsonNull;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/** A shop that answers the same requests with the same content, and with other ids and times in each capture. */
final class LiveApp {
    static final String HOST = "shop.example";
    private static final List<String> WORDS = List.of("Lamp", "Chair", "Desk", "Shelf", "Carpet", "Mirror", "Clock", "Vase", "Sofa", "Stool", "Bench", "Curtain");
    private static final List<String> STATES = List.of("pending", "paid", "shipped", "delivered");
    private static final int PAGE = 10;

    private final Random content;
    private final Random fresh;

    /**
     * @param content seed of what is sold
     * @param capture seed of ids and times
     */
    LiveApp(long content, long capture) {
        this.content = new Random(content);
        this.fresh = new Random(capture * 7_919 + 13);
    }

    /** A request and its answer; of HTML and XML the JSON that it is made of. */
    record Reply(String target, JsonObject body, boolean isPage) {}

    /** So many replies, of each kind in turn. */
    List<Reply> replies(int count) {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(switch (i % 5) {
                case 0, 1 -> new Reply("/api/products?page=" + i + "&_=" + (1_760_000_000_000L + fresh.nextInt(90_000_000)), list(i), false);
                case 2 -> new Reply("/api/products/" + (5_000 + i), enveloped(product(i)), false);
                case 3 -> new Reply("/api/orders/" + (90_000 + i), order(i), false);
                default -> new Reply("/shop/" + WORDS.get(content.nextInt(WORDS.size())).toLowerCase(Locale.ROOT) + "?n=" + i, list(i), true);
            });
        }
        return replies;
    }

    private JsonObject enveloped(JsonObject data) {
        return JsonObject.builder().put("requestId", uuid()).put("servedAt", time()).put("took", fresh.nextInt(90) + 3L).put("data", data).build();
    }

    private JsonObject list(int i) {
        List<JsonValue> items = new ArrayList<>();
        for (int k = 0; k < PAGE; k++) {
            items.add(product(i * PAGE + k));
        }
        return JsonObject.builder().put("requestId", uuid()).put("servedAt", time()).put("total", 480).put("page", i).put("items", items).build();
    }

    /** A product that was not sold before. */
    JsonObject newProduct(int number) {
        return product(800_000 + number);
    }

    private JsonObject product(int number) {
        JsonObject.Builder product = JsonObject.builder().put("id", 5_000L + number).put("name", name(content)).put("price", new JsonNumber(price(content)))
                .put("label", "$" + String.format(Locale.ROOT, "%,.2f", content.nextInt(900_000) / 100.0)).put("available", content.nextBoolean())
                .put("added", "2025-0" + (1 + content.nextInt(9)) + "-" + (10 + content.nextInt(19)))
                .putStrings("tags", List.of(WORDS.get(content.nextInt(12)), WORDS.get(content.nextInt(12))))
                .put("seller", JsonObject.builder().put("name", name(content)).put("rating", new JsonNumber(content.nextInt(5) + ".5")).build());
        if (content.nextInt(3) == 0) {
            product.put("discount", content.nextInt(50));
        }
        product.put("note", content.nextInt(4) == 0 ? JsonNull.NULL : new JsonString("note " + name(content)));
        return product.build();
    }

    private JsonObject order(int i) {
        List<JsonValue> lines = new ArrayList<>();
        for (int k = 0; k < 2 + content.nextInt(4); k++) {
            lines.add(JsonObject.builder().put("sku", "SKU-" + (100 + content.nextInt(800))).put("quantity", 1 + content.nextInt(5))
                    .put("amount", new JsonNumber(price(content))).build());
        }
        return JsonObject.builder().put("orderNumber", 90_000L + i).put("status", STATES.get(content.nextInt(STATES.size()))).put("gift", JsonBoolean.of(content.nextBoolean()))
                .put("placedAt", "2025-03-" + (10 + content.nextInt(19)) + "T08:00:00Z").put("trace", uuid()).put("expires", 1_760_000_000L + fresh.nextInt(900_000))
                .put("total", String.format(Locale.ROOT, "%,.2f", content.nextInt(9_000_000) / 100.0) + " EUR").put("lines", lines)
                .put("customer", JsonObject.builder().put("name", name(content)).put("city", "Caf\u00e9 " + name(content)).build()).build();
    }

    private static String name(Random random) {
        return WORDS.get(random.nextInt(WORDS.size())) + " " + WORDS.get(random.nextInt(WORDS.size()));
    }

    private static String price(Random random) {
        return random.nextInt(400) + "." + (1 + random.nextInt(9)) + "5";
    }

    private String uuid() {
        return new UUID(fresh.nextLong(), fresh.nextLong()).toString();
    }

    private String time() {
        return String.format(Locale.ROOT, "2025-10-%02dT%02d:%02d:%02dZ", 1 + fresh.nextInt(28), fresh.nextInt(24), fresh.nextInt(60), fresh.nextInt(60));
    }

    /** As it is written when nothing happened to it. */
    WrittenExchange written(Reply reply) {
        return written(reply, reply.body());
    }

    /** The same with another body. */
    WrittenExchange written(Reply reply, JsonValue body) {
        return reply.isPage() ? answered(reply, "text/html; charset=utf-8", page(body).getBytes(StandardCharsets.UTF_8))
                : answered(reply, "application/json", Json.bytes(body));
    }

    /** The same with any body. */
    WrittenExchange answered(Reply reply, String mediaType, byte[] octets) {
        return request(reply).answer(200, mediaType, octets);
    }

    /** The request with the field lines of its answer. */
    WrittenExchange request(Reply reply) {
        return new WrittenExchange("GET", HOST, reply.target()).header("Accept", "*/*").responseHeader("Date", "Tue, 07 Oct 2025 08:" + (10 + fresh.nextInt(49)) + ":00 GMT")
                .responseHeader("X-Request-Id", uuid());
    }

    String page(JsonValue body) {
        JsonObject list = (JsonObject) body;
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><title>Shop</title><meta name=\"csrf\" content=\"" + uuid() + "\"></head>\n<body>\n")
                .append("<nav class=\"menu\"><a href=\"/\">Home</a></nav><form id=\"search\"><input name=\"q\"><input type=\"hidden\" name=\"token\" value=\"" + uuid()
                        + "\"></form>\n<h1>Products</h1><ul id=\"results\">\n");
        for (JsonValue value : list.array("items").orElse(JsonArray.EMPTY)) {
            JsonObject item = (JsonObject) value;
            html.append("<li class=\"item\"><a class=\"name\" href=\"/api/products/").append(item.get("id").map(JsonValue::toString).orElse("")).append("\">")
                    .append(item.string("name").orElse("")).append("</a><span class=\"price\">").append(item.string("label").orElse("")).append("</span></li>\n");
        }
        return html.append("</ul><footer class=\"foot\">").append(list.get("total").map(JsonValue::toString).orElse("")).append(" things</footer></body></html>\n").toString();
    }
}
