package proxymcp.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules that outlive their process: what a later book has of them, and what several books of one home do to each other. */
@Timeout(60)
final class RuleFileTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC);

    @TempDir
    Path home;

    @Test
    void aLaterBookHasWhatWasToOutliveAndNothingElse() throws Exception {
        RuleBook book = open();
        assertFalse(Files.exists(home.resolve("rules")), "opening writes nothing");
        Rule kept = book.add(draft("kept", true));
        book.add(draft("not kept", false));
        Rule changed = book.update(book.add(draft("third", true)).id(),
                new RuleChange(Optional.of("changed"), Optional.of(3), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
        Rule disabled = book.setEnabled(kept.id(), false);
        book.remove(book.add(draft("removed", true)).id());
        RuleBook later = open();
        assertEquals(List.of(changed, disabled), later.current().rules());
        assertEquals("rule_5", later.add(draft("new", false)).id(), "numbers are not given out again");
        assertEquals(List.of(), later.notes());
    }

    @Test
    void folderAndFilesAreTheirOwnersAlone() throws Exception {
        open().add(draft("kept", true));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("rules"))));
        for (String name : List.of("rules.json", "lock")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("rules").resolve(name))), name);
        }
    }

    @Test
    void booksOfOneHomeKeepEachOthersRules() throws Exception {
        Rule first = open().add(draft("first", true));
        RuleBook one = open();
        RuleBook other = open();
        Rule ofOne = one.add(draft("of one", true));
        other.add(draft("passing", false));
        Rule ofOther = other.add(draft("of other", true));
        assertFalse(ofOne.id().equals(ofOther.id()));
        one.setEnabled(first.id(), false);
        other.remove(ofOther.id());
        Rule again = other.add(draft("again", true));
        assertEquals(List.of(first.id() + " false", ofOne.id() + " true", again.id() + " true"),
                open().current().rules().stream().map(rule -> rule.id() + " " + rule.enabled()).toList());
        assertEquals(List.of("first", "passing", "again"), other.current().rules().stream().map(Rule::description).toList(),
                "a book follows what it was told, not the others");
    }

    @Test
    void manyBooksAtOnceLoseNothing() throws Exception {
        List<Future<List<String>>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> {
                    RuleBook book = open();
                    List<String> ids = new ArrayList<>();
                    for (int n = 0; n < 10; n++) {
                        ids.add(book.add(draft("one of many", true)).id());
                    }
                    return ids;
                }));
            }
        }
        List<String> ids = new ArrayList<>();
        for (Future<List<String>> of : all) {
            ids.addAll(of.get());
        }
        assertEquals(ids.stream().sorted().toList(), open().current().rules().stream().map(Rule::id).sorted().toList());
        assertEquals(40, ids.stream().distinct().count());
    }

    @Test
    void everyDamageIsToldAndSetAside() throws Exception {
        open().add(draft("kept", true));
        Path file = home.resolve("rules/rules.json");
        String sound = Files.readString(file);
        List<String> damaged = List.of("", "{", "[]", "{}", sound.substring(0, sound.length() - 1), sound.replace("rule_1", "rule_"),
                sound.replace("rule_1", "rule_01"), sound.replace("rule_1", "../x"), sound.replace("rule_1", "rule_99999999999999999999"),
                sound.replace("\"formatVersion\":1", "\"formatVersion\":2"), sound.replace("\"enabled\":true", "\"enabled\":1"),
                sound.replace("\"type\":\"mock\"", "\"type\":\"mockery\""), sound.replace("\"nextNumber\":2", "\"nextNumber\":0"),
                sound.replace("]}", ",7]}"), sound.replace("\"version\":1", "\"version\":0"));
        for (int i = 0; i < damaged.size(); i++) {
            Files.writeString(file, damaged.get(i));
            RuleBook book = open();
            String what = i + ": " + damaged.get(i);
            assertEquals(List.of(), book.current().rules(), what);
            assertTrue(book.notes().getFirst().contains("set aside as rules.damaged-"), what + " " + book.notes());
            assertEquals(i + 1, aside().size(), what);
            String content = damaged.get(i);
            assertTrue(aside().stream().anyMatch(path -> contentOf(path).equals(content)), what);
            assertFalse(Files.exists(file), what);
            assertEquals("rule_1", book.add(draft("after", true)).id());
            assertEquals(1, open().current().rules().size());
        }
    }

    @Test
    void damageBetweenChangesLosesNothingOfTheBookThatWritesNext() throws Exception {
        RuleBook book = open();
        Rule first = book.add(draft("first", true));
        Path file = home.resolve("rules/rules.json");
        Files.writeString(file, "damaged");
        Rule second = book.add(draft("second", true));
        assertEquals(List.of(first, second), open().current().rules());
        assertEquals("damaged", contentOf(aside().getFirst()));
        assertTrue(book.notes().getFirst().contains("set aside"), book.notes().toString());
    }

    @Test
    void whatCannotBeWrittenIsRefusedAndChangesNothing() throws Exception {
        RuleBook book = open();
        Rule kept = book.add(draft("kept", true));
        String before = contentOf(home.resolve("rules/rules.json"));
        Rule passing = book.add(draft("passing", false));
        RuleAction empty = new RuleAction.Mock(204, proxymcp.http.Fields.EMPTY, new MockBody.Text("a body"), Pace.FREE);
        assertRefused(RuleException.Code.INVALID_RULE, "persisted: expected a rule that can be written as JSON; handler.body: a response with",
                () -> book.add(new RuleDraft("odd", 1, true, true, RuleMatcher.ANY, empty)));
        // A folder stands where the temporary file is to be written.
        Files.createDirectories(home.resolve("rules/rules.json.tmp/x"));
        assertRefused(RuleException.Code.NOT_SAVED, "The rules could not be written to ", () -> book.add(draft("no room", true)));
        assertRefused(RuleException.Code.NOT_SAVED, "The rules could not be written to ", () -> book.remove(kept.id()));
        assertRefused(RuleException.Code.NOT_SAVED, "The rules could not be written to ", () -> book.setEnabled(kept.id(), false));
        assertEquals(List.of(kept, passing), book.current().rules());
        assertEquals(before, contentOf(home.resolve("rules/rules.json")));
        assertEquals("rule_3", book.add(draft("still works", false)).id());
    }

    @Test
    void aRuleOfAnotherProcessUnderTheSameIdIsNotOverwritten() throws Exception {
        RuleBook one = open();
        RuleBook other = open();
        Rule passing = one.add(draft("passing", false));
        Rule kept = other.add(draft("kept", true));
        assertEquals(passing.id(), kept.id());
        RuleChange keep = new RuleChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(true), Optional.empty(), Optional.empty());
        assertRefused(RuleException.Code.NOT_SAVED, "Another process keeps another rule_1 in ", () -> one.update(passing.id(), keep));
        assertEquals(List.of(passing), one.current().rules());
        assertEquals(List.of(kept), open().current().rules());
    }

    @Test
    void aProcessThatHoldsTheLockIsWaitedForOnlySoLong() throws Exception {
        RuleBook book = open();
        book.add(draft("kept", true));
        try (FileChannel channel = FileChannel.open(home.resolve("rules/lock"), StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            assertRefused(RuleException.Code.NOT_SAVED, "The rules could not be written to ", () -> book.add(draft("waits", true)));
        }
        assertEquals("kept", book.current().rules().getFirst().description());
        assertEquals("rule_2", book.add(draft("afterwards", true)).id());
    }

    private interface Change {
        Rule run() throws RuleException;
    }

    private static void assertRefused(RuleException.Code code, String beginning, Change change) {
        RuleException refused = assertThrows(RuleException.class, change::run);
        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().startsWith(beginning), refused.getMessage());
    }

    private RuleBook open() {
        return RuleBook.open(home, CLOCK);
    }

    private List<Path> aside() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("rules"))) {
            return files.filter(path -> path.getFileName().toString().startsWith("rules.damaged-")).toList();
        }
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static RuleDraft draft(String description, boolean persisted) {
        RuleAction action = persisted ? new RuleAction.Mock(200, proxymcp.http.Fields.EMPTY, new MockBody.Text("x"), Pace.FREE)
                : new RuleAction.Forward(URI.create("http://127.0.0.1:1"), Transforms.NONE, Pace.FREE);
        return new RuleDraft(description, RuleDraft.PRIORITY, true, persisted, RuleMatcher.host("a.example"), action);
    }
}
