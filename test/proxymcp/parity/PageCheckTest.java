package proxymcp.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.diff.WrittenExchange;

/** What is said of pages and texts that lost what they are there for. */
@Timeout(60)
final class PageCheckTest {
    private static final String PRODUCT = "<!doctype html><html><head><title>Product 1</title></head><body><h1>Oak table</h1><p class=price>129.00 EUR</p></body></html>";
    private static final String ARTICLE = "Solid oak with oiled surface, made to order in four weeks by a joiner of the region. Each one has a grain of its own, and legs that "
            + "come off for the way up narrow stairs. Clean it with a damp cloth, and oil it again when it looks dry.";

    private Judged sessions;

    @BeforeEach void open(@TempDir Path home) {
        sessions = new Judged(home);
    }

    @AfterEach void close() throws Exception {
        sessions.close();
    }

    private static String layout(String main) {
        return "<!doctype html><html><head><title>Shop</title><link rel=stylesheet href=/s.css></head><body><header class=top><nav id=nav><a href=/>Home</a><a href=/cart>Cart</a></nav>"
                + "</header><main id=main>" + main + "</main><footer id=foot>Contact us</footer></body></html>";
    }

    private List<String> drifts(String mediaType, String before, String now) throws Exception {
        List<WrittenExchange> baseline = new ArrayList<>();
        List<WrittenExchange> other = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            baseline.add(Judged.get("/p").answer(200, mediaType, before));
            other.add(Judged.get("/p").answer(200, mediaType, now));
        }
        return Judged.drifts(sessions.judge(baseline, other, ParityRequest.ALL));
    }

    private void assertFirst(String expected, String mediaType, String before, String now) throws Exception {
        List<String> drifts = drifts(mediaType, before, now);
        assertTrue(!drifts.isEmpty() && drifts.get(0).equals(expected), () -> "expected " + expected + ", got " + drifts);
    }

    @Test void aSmallPageThatBecomesAShellIsHigh() throws Exception {
        assertFirst("response.body empty_shell high", "text/html", PRODUCT,
                "<!doctype html><html><head><title>Product 1</title></head><body><div id=\"root\"></div><script src=\"/app.js\"></script></body></html>");
        assertFirst("response.body empty_shell high", "text/html", "<html><body><p>one two three four five six seven eight nine ten</p></body></html>",
                "<html><body><p></p></body></html>");
    }

    @Test void aNoticeInPlaceOfAPageIsAnError() throws Exception {
        assertFirst("response.body error_body critical", "text/html", PRODUCT,
                "<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>");
        assertFirst("response.body error_body critical", "text/plain", "balance 100 EUR of account 12", "Service unavailable");
    }

    @Test void thePageWithinALayoutIsWhatCounts() throws Exception {
        String before = layout("<h1 class=name>Oak table</h1><div class=price>129.99</div><p class=desc>" + ARTICLE + "</p><table class=spec><tr><td>w<td>10</table>");
        assertFirst("response.body error_body critical", "text/html", before, layout("<h1 class=name>Temporarily unavailable</h1><p class=desc>Come again on another day</p>"));
        assertFirst("response.body error_body critical", "text/html", before, layout("<h1 class=name>Page not found</h1><p class=desc>The page you asked for does not exist</p>"));
        assertFirst("response.body blocked critical", "text/html", before, layout("<h1>Sign in</h1><form><input name=u><input type=password name=p></form>"));
        assertFirst("response.body empty_shell high", "text/html", before, layout("<div class=spinner></div>"));
        assertFirst("response.body empty_shell high", "text/html", before, layout("<h1 class=name>Gone fishing</h1><p class=desc>Nothing here to see</p>"));
    }

    @Test void aPageThatSaysSomethingElseOrLessOfTheSameIsNotBroken() throws Exception {
        String before = layout("<h1 class=name>Oak table</h1><div class=price>129.99</div><p class=desc>" + ARTICLE + "</p>");
        assertEquals(List.of("response.body value_changed low"), drifts("text/html", before, layout("<h1 class=name>Oak table</h1><div class=price>129.99</div><p class=desc>"
                + ARTICLE.substring(0, 90) + "</p>")));
        assertEquals(List.of("response.body value_changed low"), drifts("text/html", PRODUCT, PRODUCT.replace("Oak table", "Elm chair")));
        assertEquals(List.of("response.body value_changed low"), drifts("text/plain", "balance 100 EUR", "balance 120 EUR"));
    }

    @Test void aTableWithoutRowsIsEmpty() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 1; i <= 8; i++) {
            rows.append("<tr class=row><td>r").append(i).append("</td></tr>");
        }
        String page = "<html><body><table class=t><tr class=row><th>name</th></tr>%s</table></body></html>";
        assertFirst("response.body.td empty_array high", "text/html", page.formatted(rows), page.formatted(""));
        assertFirst("response.body.td array_length medium", "text/html", page.formatted(rows).replace("th>", "td>"), page.formatted("").replace("th>", "td>"));
    }

    @Test void aLoginInPlaceOfATextIsBlocked() throws Exception {
        assertFirst("response.body blocked critical", "text/plain", "balance 100 EUR", "Please log in to continue");
    }

    @Test void columnsOfATableInTextAreFields() throws Exception {
        String before = "id,name,price\n1,\"Oak, oiled\",12.50\n2,Elm,13.00\n3,Ash,14.00\n";
        assertEquals(List.of("response.body.price removed high", "response.body value_changed low"), drifts("text/csv", before, "id,name\n1,\"Oak, oiled\"\n2,Elm\n3,Ash\n"));
        assertEquals(List.of("response.body.price removed high", "response.body value_changed low", "response.body.amount added low"),
                drifts("text/csv", before, before.replace("price", "amount")));
        assertEquals(List.of("response.body format_changed medium", "response.body value_changed low"), drifts("text/csv; charset=utf-8", before, before.replace(',', ';')));
        assertEquals(List.of("response.body order_changed medium", "response.body value_changed low"),
                drifts("text/csv", before, "name,id,price\nOak,1,12.50\nElm,2,13.00\nAsh,3,14.00\n"));
        assertEquals(List.of("response.body value_changed low"), drifts("text/csv", before, "\"id\",\"name\",\"price\"\r\n1,Oak,11.00\r\n"));
    }
}
