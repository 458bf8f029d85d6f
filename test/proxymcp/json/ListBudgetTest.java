package proxymcp.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Lists stop before the result grows too long, and say so. */
final class ListBudgetTest {
    private static JsonObject row(int chars) {
        return JsonObject.builder().put("t", "x".repeat(chars)).build();
    }

    @Test
    void listStopsBeforeTheResultIsTooLongAndNamesTheNextOffset() {
        ListBudget list = new ListBudget(2_000);
        int added = 0;
        while (added < 100 && list.add(row(100))) {
            added++;
        }
        assertEquals(9, added);
        assertTrue(list.isFull());
        assertFalse(list.add(row(1)), "a full list stays as it is");
        JsonObject page = list.page("rows", 40, 100);
        assertEquals("{\"total\":100,\"offset\":40,\"showing\":9,\"complete\":false,\"reason\":\"max_chars reached; continue at nextOffset\","
                + "\"nextOffset\":49,\"rows\":" + list.items() + "}", page.toString());
        assertTrue(page.toString().length() < 2_000);
    }

    @Test
    void pageThatShowsAllIsComplete() {
        ListBudget list = new ListBudget(2_000);
        list.add(row(1));
        assertEquals("{\"total\":1,\"offset\":0,\"showing\":1,\"complete\":true,\"rows\":[{\"t\":\"x\"}]}", list.page("rows", 0, 1).toString());
    }

    @Test
    void pageSaysWhyItIsNotComplete() {
        ListBudget list = new ListBudget(2_000);
        list.add(row(1));
        assertEquals("{\"total\":3,\"offset\":0,\"showing\":1,\"complete\":false,\"reason\":\"limit reached; continue at nextOffset\","
                + "\"nextOffset\":1,\"rows\":[{\"t\":\"x\"}]}", list.page("rows", 0, 3).toString());
        assertEquals("{\"total\":3,\"offset\":2,\"showing\":1,\"complete\":false,\"reason\":\"items before offset are not shown\","
                + "\"rows\":[{\"t\":\"x\"}]}", list.page("rows", 2, 3).toString());
        assertEquals("{\"total\":3,\"offset\":9,\"showing\":0,\"complete\":false,\"reason\":\"items before offset are not shown\","
                + "\"rows\":[]}", new ListBudget(2_000).page("rows", 9, 3).toString());
    }

    @Test
    void schemaOfAPageDeclaresItsMembers() {
        ListBudget list = new ListBudget(2_000);
        list.add(row(1));
        JsonObject schema = ListBudget.pageMembers("rows").typed();
        for (JsonObject.Member member : list.page("rows", 0, 3).members()) {
            assertTrue(schema.object("properties").orElseThrow().has(member.name()), member.name());
        }
        assertEquals("[\"status\",\"total\",\"offset\",\"showing\",\"complete\",\"rows\"]", schema.get("required").orElseThrow().toString());
    }

    @Test
    void firstItemIsShortenedUntilItFits() {
        ListBudget list = new ListBudget(2_000);
        JsonObject huge = JsonObject.builder().put("id", 7).put("a", "x".repeat(5_000))
                .put("l", JsonArray.of(new JsonString("é\uD834\uDD1E".repeat(3_000)))).build();
        assertTrue(list.add(huge));
        JsonObject item = (JsonObject) list.items().values().get(0);
        assertEquals("7", item.get("id").orElseThrow().toString());
        assertEquals("x".repeat(256) + "... (5000 characters)", item.string("a").orElseThrow());
        assertEquals(JsonBoolean.TRUE, item.get("truncated").orElseThrow());
        assertTrue(Json.text(list.items()).length() < 1_000);
        assertFalse(list.add(row(900)));
    }

    @Test
    void itemThatCannotBeShortenedIsReplacedByAWordAboutIt() {
        JsonObject.Builder wide = JsonObject.builder();
        for (int i = 0; i < 1_000; i++) {
            wide.put("k" + i, i);
        }
        ListBudget list = new ListBudget(2_000);
        assertTrue(list.add(wide.build()));
        assertEquals("[{\"truncated\":true,\"reason\":\"this item does not fit max_chars; ask for it alone\"}]", list.items().toString());
    }

    @Test
    void budgetBelowTheSmallestIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ListBudget(1_999));
    }
}
