package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import proxymcp.diff.WrittenExchange;

/**
 * A bank as its own page uses it, for the second corpus: JSON of several kinds, GraphQL, XML, HTML, CSV and answers without a body. What it says of one
 * thing stays; each answer has fresh ids, times and tokens, and rates move.
 */
final class BankApp {
    /** How a field is written. */
    enum Kind { NUMBER, WORD, TEXT, DATE, FLAG, OBJECT, LIST }

    /** A field that all answers of an endpoint have: {@code *} stands for all elements. */
    record Field(Kind kind, String path) {}

    /** How bodies are written. */
    enum Form { JSON, XML, HTML, CSV, NONE }

    /** What there is to know of an endpoint. */
    record Kindred(String name, Form form, List<Field> fields) {}

    /** An answer. */
    record Said(int status, String mediaType, String body, boolean gzip, boolean cut) {
        static Said ok(String mediaType, String body) {
            return new Said(200, mediaType, body, false, false);
        }

        Said with(String other) {
            return new Said(status, mediaType, other, gzip, cut);
        }

        Said as(int code, String type, String other) {
            return new Said(code, type, other, false, false);
        }
    }

    static final List<Kindred> ENDPOINTS = List.of(
            new Kindred("account", Form.JSON, fields("NUMBER balance", "WORD currency", "TEXT holder.name", "OBJECT holder", "DATE opened", "FLAG active", "LIST cards",
                    "WORD cards.*.brand", "DATE cards.*.expires")),
            new Kindred("transactions", Form.JSON, fields("LIST data", "NUMBER data.*.amount", "WORD data.*.kind", "DATE data.*.booked", "OBJECT data.*.party",
                    "TEXT data.*.party.name", "NUMBER total", "OBJECT page")),
            new Kindred("rates", Form.JSON, fields("TEXT *.pair", "NUMBER *.bid", "NUMBER *.ask")),
            new Kindred("portfolio", Form.JSON, fields("OBJECT data.portfolio", "LIST data.portfolio.positions", "NUMBER data.portfolio.positions.*.units",
                    "TEXT data.portfolio.positions.*.isin", "FLAG data.portfolio.positions.*.tradable")),
            new Kindred("token", Form.JSON, fields("TEXT access_token", "WORD token_type", "NUMBER expires_in")),
            new Kindred("features", Form.JSON, fields("OBJECT features", "FLAG features.darkMode", "FLAG features.instantPay", "TEXT release")),
            new Kindred("branches", Form.XML, List.of()),
            new Kindred("news", Form.HTML, List.of()),
            new Kindred("statement", Form.CSV, List.of()),
            new Kindred("logout", Form.NONE, List.of()));

    private static final String HOST = "api.bank.example";
    private static final String[] CURRENCIES = {"EUR", "CHF", "GBP"};
    private static final String[] KINDS = {"card", "transfer", "fee"};
    private static final String[] NAMES = {"Ada Breuer", "Jos\u00e9 Lima", "Mia Kov\u00e1cs", "Tom O'Neil", "Ines Weber", "Lu Chen", "Per Holm", "Eva Stein"};

    private final Random noise;
    /** Days since the first recording. */
    private final int day;

    BankApp(long seed, int day) {
        this.noise = new Random(seed);
        this.day = day;
    }

    private static List<Field> fields(String... words) {
        List<Field> fields = new ArrayList<>();
        for (String word : words) {
            int space = word.indexOf(' ');
            fields.add(new Field(Kind.valueOf(word.substring(0, space)), word.substring(space + 1)));
        }
        return List.copyOf(fields);
    }

    /** The request of the {@code i}th exchange of an endpoint. */
    WrittenExchange request(Kindred endpoint, int i) {
        WrittenExchange request = switch (endpoint.name()) {
            case "account" -> new WrittenExchange("GET", HOST, "/v2/accounts/" + (70_100 + i));
            case "transactions" -> new WrittenExchange("GET", HOST, "/v2/accounts/" + (70_100 + i) + "/transactions?size=10");
            case "rates" -> new WrittenExchange("GET", HOST, "/v2/rates?base=" + CURRENCIES[i % 3] + "&n=" + i);
            case "portfolio" -> new WrittenExchange("POST", HOST, "/graphql").body("application/json",
                    "{\"operationName\":\"Portfolio\",\"query\":\"query Portfolio($id:ID!){portfolio(id:$id){positions{isin units tradable}}}\",\"variables\":{\"id\":\"p" + i + "\"}}");
            case "token" -> new WrittenExchange("POST", HOST, "/oauth/token").body("application/x-www-form-urlencoded", "grant_type=refresh_token&device=d" + i);
            case "features" -> new WrittenExchange("GET", HOST, "/v2/features?client=c" + i);
            case "branches" -> new WrittenExchange("GET", HOST, "/branches.xml?city=" + i).header("Accept", "application/xml");
            case "news" -> new WrittenExchange("GET", "www.bank.example", "/news/" + (300 + i));
            case "statement" -> new WrittenExchange("GET", HOST, "/v2/statements/" + (2_010 + i) + ".csv");
            default -> new WrittenExchange("DELETE", HOST, "/v2/sessions/" + (9_000 + i));
        };
        return request.header("X-Request-Id", uuid()).header("Authorization", "Bearer " + hex(32));
    }

    /** What is answered. */
    Said answer(Kindred endpoint, int i) {
        return switch (endpoint.name()) {
            case "account" -> Said.ok("application/json", account(i));
            case "transactions" -> Said.ok("application/json; charset=utf-8", transactions(i));
            case "rates" -> Said.ok("application/json", rates());
            case "portfolio" -> Said.ok("application/json", portfolio(i));
            case "token" -> Said.ok("application/json", "{\"access_token\":\"" + hex(40) + "\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"" + hex(40) + "\"}");
            case "features" -> Said.ok("application/json", "{\"features\":{\"darkMode\":true,\"instantPay\":false,\"chat\":true},\"release\":\"2025.40\",\"node\":\"" + hex(8) + "\"}");
            case "branches" -> Said.ok("application/xml", branches(i));
            case "news" -> Said.ok("text/html; charset=utf-8", news(i));
            case "statement" -> Said.ok("text/csv", statement(i));
            default -> new Said(204, "", "", false, false);
        };
    }

    private String account(int i) {
        String cards = "";
        for (int card = 0; card <= i % 3; card++) {
            cards += (card == 0 ? "" : ",") + "{\"brand\":\"" + (card % 2 == 0 ? "visa" : "maestro") + "\",\"last4\":\"" + (1_000 + i * 37 + card) + "\",\"expires\":\"202" + (6 + card)
                    + "-0" + (1 + i % 8) + "-28\"}";
        }
        String phone = i % 2 == 0 ? ",\"phone\":\"+49 30 12345" + i + "\"" : "";
        return "{\"id\":" + (70_100 + i) + ",\"iban\":\"DE" + (10 + i) + "50010517540732493" + i + "\",\"holder\":{\"name\":\"" + NAMES[i % NAMES.length] + "\",\"email\":\"holder" + i
                + "@mail.example\"" + phone + "},\"balance\":" + money(1_000 + i * 517 + day * noise.nextInt(50)) + ",\"currency\":\"" + CURRENCIES[i % 3]
                + "\",\"opened\":\"201" + i % 10 + "-04-17\",\"active\":" + (i % 4 != 3) + ",\"cards\":[" + cards + "],\"asOf\":\"" + time() + "\",\"traceId\":\"" + uuid() + "\"}";
    }

    private String transactions(int i) {
        StringBuilder rows = new StringBuilder();
        int count = 8 + i % 3;
        for (int row = 0; row < count; row++) {
            int number = i * 100 + row;
            rows.append(row == 0 ? "" : ",").append("{\"id\":\"t").append(number).append("\",\"amount\":").append(money(number * 3.7 - 400)).append(",\"kind\":\"")
                    .append(KINDS[row % 3]).append("\",\"booked\":\"2025-09-").append(10 + row).append("\",\"party\":{\"name\":\"").append(NAMES[(i + row) % NAMES.length])
                    .append("\",\"bic\":\"BANKDEFF").append(100 + row).append("\"}}");
        }
        return "{\"data\":[" + rows + "],\"total\":" + (40 + i) + ",\"page\":{\"size\":10,\"next\":\"" + hex(24) + "\"},\"generated\":" + (1_760_000_000L + day * 86_400L + noise.nextInt(900)) + "}";
    }

    private String rates() {
        StringBuilder rows = new StringBuilder("[");
        for (String pair : List.of("EURUSD", "EURCHF", "EURGBP", "EURJPY", "EURSEK")) {
            double bid = 1.05 + pair.charAt(3) / 100.0 + noise.nextInt(90) / 10_000.0;
            rows.append(rows.length() == 1 ? "" : ",").append(String.format(Locale.ROOT, "{\"pair\":\"%s\",\"bid\":%.4f,\"ask\":%.4f,\"at\":\"%s\"}", pair, bid, bid + 0.0002, time()));
        }
        return rows.append(']').toString();
    }

    private String portfolio(int i) {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 3 + i % 2; row++) {
            rows.append(row == 0 ? "" : ",").append("{\"isin\":\"DE000A").append(100_000 + row * 7 + i).append("\",\"units\":").append(5 + row * 3 + i).append(",\"tradable\":")
                    .append((row + i) % 2 == 0).append('}');
        }
        return "{\"data\":{\"portfolio\":{\"id\":\"p" + i + "\",\"positions\":[" + rows + "]}},\"extensions\":{\"tookMs\":" + noise.nextInt(80) + ",\"trace\":\"" + hex(16) + "\"}}";
    }

    private String branches(int i) {
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 4; row++) {
            rows.append("  <branch id=\"").append(i * 10 + row).append("\">\n    <name>Branch ").append(NAMES[(i + row) % NAMES.length].charAt(0)).append(row).append("</name>\n    <zip>")
                    .append(10_115 + i * 13 + row).append("</zip>\n    <atm>").append(row % 2 == 0 ? "yes" : "no").append("</atm>\n  </branch>\n");
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<branches generated=\"" + time() + "\" city=\"" + i + "\">\n" + rows + "</branches>\n";
    }

    private String news(int i) {
        StringBuilder text = new StringBuilder();
        for (int paragraph = 0; paragraph < 5; paragraph++) {
            text.append("<p>Paragraph ").append(paragraph).append(" of story ").append(300 + i).append(": the bank of ").append(NAMES[(i + paragraph) % NAMES.length])
                    .append(" opens another branch and says what it will do there in the years to come.</p>\n");
        }
        return "<!doctype html>\n<html lang=\"en\"><head><title>Story " + (300 + i) + " - Bank</title><meta name=\"csrf\" content=\"" + hex(32) + "\">"
                + "<script nonce=\"" + hex(16) + "\">window.boot={\"at\":" + (1_760_000_000_000L + day * 86_400_000L + noise.nextInt(900_000)) + "};</script></head>\n<body><nav><a href=\"/\">Home</a>"
                + "<a href=\"/news\">News</a></nav>\n<main><h1>Story " + (300 + i) + "</h1>\n<article>\n" + text + "</article></main>\n<footer>Served by " + hex(6) + "</footer></body></html>\n";
    }

    private static String statement(int i) {
        StringBuilder rows = new StringBuilder("date;text;amount;balance\n");
        for (int row = 0; row < 12; row++) {
            rows.append("2025-0").append(1 + row % 9).append("-15;Booking ").append(i).append(row).append(';').append(money(row * 12.5 - 40)).append(';').append(money(900 + row)).append('\n');
        }
        return rows.toString();
    }

    private static String money(double amount) {
        return String.format(Locale.ROOT, "%.2f", amount);
    }

    private String time() {
        return String.format(Locale.ROOT, "2025-10-%02dT0%d:%02d:%02dZ", 1 + day, noise.nextInt(10), noise.nextInt(60), noise.nextInt(60));
    }

    private String uuid() {
        return new UUID(noise.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000, noise.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L).toString();
    }

    private String hex(int digits) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < digits; i++) {
            hex.append(Character.forDigit(noise.nextInt(16), 16));
        }
        return hex.toString();
    }
}
