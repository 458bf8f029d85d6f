package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.text.Regex;

@Timeout(30)
final class RuleBookTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC);
    private final RuleBook book = RuleBook.inMemory(CLOCK);

    @Test void anAddedRuleIsSeenAtOnceByItsNumber() throws RuleException {
        assertTrue(book.current().isIdle());
        Rule rule = book.add(new RuleDraft("no adverts", 7, false, false, RuleMatcher.host("ads"), Rules.PASS));
        assertEquals(new Rule("rule_1", 1, "no adverts", 7, false, false, RuleMatcher.host("ads"), Rules.PASS, 1_700_000_000_123L), rule);
        assertEquals(List.of(rule), book.current().rules());
        assertEquals("rule_2", add("b").id());
        assertEquals(List.of(), book.notes());
    }

    @Test void theUsualPriorityIsAHundred() throws RuleException {
        assertEquals(100, add("a").priority());
        assertTrue(add("a").enabled());
    }

    @Test void aChangeRaisesTheVersionAndKeepsWhatItDoesNotName() throws RuleException {
        Rule first = add("a");
        Rule second = add("b");
        Rule changed = book.update("rule_1", Rules.change(RuleMatcher.host("x")));
        assertEquals(new Rule("rule_1", 2, "a", 100, true, false, RuleMatcher.host("x"), Rules.PASS, first.createdAtMillis()), changed);
        assertEquals(List.of(changed, second), book.current().rules());
        RuleAction drop = new RuleAction.Drop(RuleAction.Drop.Mode.RESET, Pace.FREE);
        Rule again = book.update("rule_1", new RuleChange(Optional.of("c"), Optional.of(200), Optional.of(false), Optional.empty(),
                Optional.empty(), Optional.of(drop)));
        assertEquals(new Rule("rule_1", 3, "c", 200, false, false, RuleMatcher.host("x"), drop, first.createdAtMillis()), again);
        assertEquals(List.of(second, again), book.current().rules());
    }

    /** Its place among equals is by age, also after it was elsewhere for a while. */
    @Test void aRuleThatComesBackToItsPriorityIsAsOldAsBefore() throws RuleException {
        add("a");
        add("b");
        book.update("rule_1", priority(200));
        assertEquals(List.of("rule_2", "rule_1"), ids());
        book.update("rule_1", priority(100));
        assertEquals(List.of("rule_1", "rule_2"), ids());
    }

    @Test void enablingWhatIsEnabledChangesNothing() throws RuleException {
        Rule rule = add("a");
        RuleSet before = book.current();
        assertSame(rule, book.setEnabled("rule_1", true));
        assertSame(before, book.current());
        assertEquals(2, book.setEnabled("rule_1", false).version());
        assertTrue(book.current().isIdle());
        assertEquals(3, book.setEnabled("rule_1", true).version());
        assertEquals(rule.id(), book.current().decide(Rules.request()).rule().get().id());
    }

    @Test void numbersAreNotUsedAgain() throws RuleException {
        add("a");
        add("b");
        assertEquals("rule_2", book.remove("rule_2").id());
        assertEquals("rule_3", add("c").id());
        assertEquals(List.of("rule_1", "rule_3"), ids());
    }

    @Test void whatNamesNoRuleChangesNothing() throws RuleException {
        add("a");
        RuleSet before = book.current();
        for (Refused refused : List.<Refused>of(() -> book.update("rule_9", priority(1)), () -> book.remove("rule_9"),
                () -> book.setEnabled("rule_9", true), () -> book.remove(""))) {
            RuleException e = assertThrows(RuleException.class, refused::run);
            assertEquals(RuleException.Code.UNKNOWN_RULE, e.code());
            assertTrue(e.getMessage().startsWith("There is no rule "));
        }
        assertSame(before, book.current());
    }

    @Test void thereAreAThousandRulesAtMost() throws RuleException {
        for (int i = 0; i < 1_000; i++) {
            add("a");
        }
        RuleSet before = book.current();
        assertEquals(RuleException.Code.TOO_MANY_RULES, assertThrows(RuleException.class, () -> add("b")).code());
        assertSame(before, book.current());
        book.remove("rule_500");
        assertEquals("rule_1001", add("b").id());
    }

    /** The folder of the rules cannot be made: a file stands there. */
    @Test void aChangeThatCannotBeWrittenChangesNothing(@TempDir Path home) throws IOException, RuleException {
        Files.writeString(home.resolve("rules"), "in the way");
        RuleBook kept = RuleBook.open(home, CLOCK);
        Rule rule = kept.add(RuleDraft.of("a", RuleMatcher.ANY, Rules.PASS));
        kept.hit(rule);
        RuleSet before = kept.current();
        RuleDraft persisted = new RuleDraft("b", 1, true, true, RuleMatcher.ANY, Rules.PASS);
        RuleChange persist = new RuleChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(true), Optional.empty(),
                Optional.empty());
        assertEquals(RuleException.Code.NOT_SAVED, assertThrows(RuleException.class, () -> kept.add(persisted)).code());
        assertEquals(RuleException.Code.NOT_SAVED, assertThrows(RuleException.class, () -> kept.update("rule_1", persist)).code());
        assertSame(before, kept.current());
        assertEquals(List.of(rule), kept.current().rules());
        assertEquals(1, kept.hits("rule_1"));
        kept.hit(new Rule("rule_2", 1, "", 1, true, true, RuleMatcher.ANY, Rules.PASS, 0));
        assertEquals(0, kept.hits("rule_2"));
        assertEquals("rule_2", kept.add(RuleDraft.of("c", RuleMatcher.ANY, Rules.PASS)).id());
        assertEquals(0, kept.hits("rule_2"));
    }

    @Test void whatIsNoRuleIsRefusedBeforeItReachesABook() {
        List<Runnable> bad = List.of(
                () -> RuleMatcher.url("("),
                () -> new RuleAction.Mock(199, Rules.fields(), new MockBody.Text(""), Pace.FREE),
                () -> new RuleAction.Mock(600, Rules.fields(), new MockBody.Text(""), Pace.FREE),
                () -> new ResponseEdits(HeadEdits.NONE, OptionalInt.of(100), BodyEdits.NONE),
                () -> new ResponseEdits(HeadEdits.NONE, OptionalInt.of(600), BodyEdits.NONE),
                () -> new RequestEdits(HeadEdits.NONE, Optional.of("A B"), Optional.empty(), BodyEdits.NONE),
                () -> new RequestEdits(HeadEdits.NONE, Optional.of(""), Optional.empty(), BodyEdits.NONE),
                () -> new UrlEdit(Regex.of("a"), "$1"),
                () -> new UrlEdit(Regex.of("a"), "caf\u00e9"),
                () -> new BodyEdits.Expression(Regex.of("a"), "$1"),
                () -> new BodyEdits.Literal("", "a"));
        for (int i = 0; i < bad.size(); i++) {
            assertThrows(IllegalArgumentException.class, bad.get(i)::run, "number " + i);
        }
    }

    @Test void hitsAndTimeoutsAreCountedExactly() throws Exception {
        Rule rule = add("a");
        Rule other = add("b");
        List<Callable<List<Long>>> work = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            work.add(() -> {
                List<Long> numbers = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    numbers.add(book.hit(rule));
                    book.timedOut(other);
                }
                return numbers;
            });
        }
        boolean[] seen = new boolean[80_001];
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<List<Long>> numbers : threads.invokeAll(work)) {
                for (long number : numbers.get()) {
                    assertTrue(number >= 1 && number <= 80_000 && !seen[(int) number], "number " + number);
                    seen[(int) number] = true;
                }
            }
        }
        assertEquals(80_000, book.hits("rule_1"));
        assertEquals(0, book.timeouts("rule_1"));
        assertEquals(0, book.hits("rule_2"));
        assertEquals(80_000, book.timeouts("rule_2"));
    }

    @Test void countersOutliveChangesOfTheirRule() throws RuleException {
        Rule rule = add("a");
        assertEquals(1, book.hit(rule));
        book.update("rule_1", priority(3));
        book.setEnabled("rule_1", false);
        assertEquals(2, book.hit(rule));
        assertEquals(2, book.hits("rule_1"));
    }

    @Test void anExchangeThatOutlivesItsRuleLeavesNoCounterBehind() throws RuleException {
        Rule rule = add("a");
        book.hit(rule);
        book.timedOut(rule);
        book.remove("rule_1");
        assertEquals(1, book.hit(rule));
        assertEquals(1, book.hit(rule));
        book.timedOut(rule);
        assertEquals(0, book.hits("rule_1"));
        assertEquals(0, book.timeouts("rule_1"));
    }

    /**
     * One thread changes a rule, adds another that names the version of the first, and removes it again. Readers see one of the sets there were,
     * never an older one after a newer, and a set that was taken stays as it was.
     */
    @Test void readersSeeOneWholeSet() throws Exception {
        add("fixed");
        Rule changing = add("0");
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(3);
        Callable<Integer> reader = () -> {
            int newest = 0;
            int reads = 0;
            while (!done.get() || reads < 100) {
                RuleSet rules = book.current();
                List<Rule> all = rules.rules();
                List<Rule> copy = new ArrayList<>(all);
                assertTrue(all.size() == 2 || all.size() == 3, "rules: " + all.size());
                Rule seen = rules.find(changing.id()).orElseThrow();
                assertEquals(seen.version() - 1, Integer.parseInt(seen.description()));
                assertEquals(RuleMatcher.host("h" + seen.description()), seen.version() == 1 ? RuleMatcher.host("h0") : seen.matcher());
                assertTrue(seen.version() >= newest, "an older set after a newer one");
                newest = seen.version();
                if (all.size() == 3) {
                    assertEquals(String.valueOf(seen.version()), all.get(2).description());
                }
                assertEquals(copy, rules.rules());
                reads++;
                reading.countDown();
            }
            return newest;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> readers = List.of(threads.submit(reader), threads.submit(reader), threads.submit(reader));
            reading.await();
            for (int version = 2; version <= 2_001; version++) {
                String text = String.valueOf(version - 1);
                book.update(changing.id(), new RuleChange(Optional.of(text), Optional.empty(), Optional.empty(), Optional.empty(),
                        Optional.of(RuleMatcher.host("h" + text)), Optional.empty()));
                Rule third = book.add(RuleDraft.of(String.valueOf(version), RuleMatcher.ANY, Rules.PASS));
                book.remove(third.id());
            }
            done.set(true);
            for (Future<Integer> each : readers) {
                assertTrue(each.get() >= 1);
            }
        }
    }

    /** No change is lost where several threads make them. */
    @Test void changesFromSeveralThreadsAllCount() throws Exception {
        add("a");
        List<Callable<Void>> work = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            work.add(() -> {
                for (int i = 0; i < 200; i++) {
                    book.update("rule_1", priority(i));
                    add("b");
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Void> each : threads.invokeAll(work)) {
                each.get();
            }
        }
        assertEquals(801, book.current().find("rule_1").get().version());
        assertEquals(801, book.current().rules().size());
        assertEquals(801, ids().stream().distinct().count());
    }

    private interface Refused {
        void run() throws RuleException;
    }

    private Rule add(String description) throws RuleException {
        return book.add(RuleDraft.of(description, RuleMatcher.ANY, Rules.PASS));
    }

    private List<String> ids() {
        return book.current().rules().stream().map(Rule::id).toList();
    }

    private static RuleChange priority(int priority) {
        return new RuleChange(Optional.empty(), Optional.of(priority), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
