package proxymcp.rule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongFunction;
import proxymcp.json.Json;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * The file of the rules that outlive a process: {@code {"formatVersion":1,"nextNumber":n,"rules":[...]}}, the rules in the order they were
 * added, each as {@link RuleJson#kept} writes it. Replaced whole: temporary file, force, rename, force of the folder.
 *
 * <p>Several processes share it. Each change is made under a lock to what the file holds then, and touches one rule: the others stay as they
 * are. A file that cannot be understood, or has another version, gets another name and is never written again: somebody may mend it.
 *
 * <p>Threads: guarded by the book that has it; other books are kept out by the lock of the folder.
 */
final class RuleFile {
    /** Octets that the file may have: what is written must be readable. */
    static final int BYTES_MAX = 32 << 20;
    private static final long FORMAT_VERSION = 1;
    private static final List<String> MEMBERS = List.of("formatVersion", "nextNumber", "rules");

    private final RuleFolder folder;
    private final Path path;
    private final Clock clock;
    private final List<String> notes = new CopyOnWriteArrayList<>();

    /** What a file holds, or what is left when there is none. */
    record Kept(List<Rule> rules, long nextNumber) {
        static final Kept NOTHING = new Kept(List.of(), 1);
    }

    /** One change. */
    private interface Edit {
        Kept apply(Kept kept) throws RuleException;
    }

    RuleFile(Path folder, Clock clock) {
        this.folder = new RuleFolder(folder);
        this.path = folder.resolve("rules.json");
        this.clock = clock;
    }

    /** What went wrong when it was read, a sentence each. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** What it holds. Nothing is written, unless it is damaged and must be set aside. */
    Kept read() {
        try {
            return parse(Files.readAllBytes(path));
        } catch (NoSuchFileException none) {
            return Kept.NOTHING;
        } catch (JsonException | RuleException damaged) {
            return readUnderLock();
        } catch (IOException unreadable) {
            notes.add("the rules in " + path + " cannot be read (" + unreadable + ") and are left alone");
            return Kept.NOTHING;
        }
    }

    private Kept readUnderLock() {
        try {
            return folder.alone(this::current).orElse(Kept.NOTHING);
        } catch (IOException | RuleException e) {
            notes.add("the damaged rules in " + path + " could not be set aside (" + e + ") and are left alone");
            return Kept.NOTHING;
        }
    }

    /** What it holds; empty if there is none, or it was damaged and has been set aside. */
    private Optional<Kept> current() throws IOException {
        try {
            return Optional.of(parse(Files.readAllBytes(path)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (JsonException | RuleException damage) {
            Path aside = path.resolveSibling("rules.damaged-" + clock.millis() + ".json");
            for (int n = 2; Files.exists(aside); n++) {
                aside = path.resolveSibling("rules.damaged-" + clock.millis() + "-" + n + ".json");
            }
            Files.move(path, aside);
            notes.add("the rules in " + path + " could not be understood (" + damage.getMessage() + ") and were set aside as " + aside.getFileName());
            return Optional.empty();
        }
    }

    private static Kept parse(byte[] bytes) throws JsonException, RuleException {
        if (!(Json.parse(bytes) instanceof JsonObject all)) {
            throw Members.bad("rules.json", "expected an object");
        }
        // Before the members: another version may have others.
        if (!all.get("formatVersion").equals(Optional.of(JsonNumber.of(FORMAT_VERSION)))) {
            throw Members.bad("formatVersion", "expected " + FORMAT_VERSION + ", got "
                    + (all.get("formatVersion").orElse(JsonNumber.of(0)) instanceof JsonNumber number ? number.text() : "none"));
        }
        Members members = new Members("", all, MEMBERS);
        long next = members.requiredWhole("nextNumber", 1, Long.MAX_VALUE);
        List<Rule> rules = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonValue value : all.array("rules").orElseThrow(() -> members.missing("rules"))) {
            Rule rule;
            try {
                rule = RuleJson.rule(value);
            } catch (RuleException refused) {
                throw Members.bad("rules[" + rules.size() + "]", refused.getMessage());
            }
            if (!ids.add(rule.id())) {
                throw Members.bad("rules[" + rules.size() + "]", rule.id() + " stands twice");
            }
            rules.add(rule);
            next = Math.max(next, RuleJson.number(rule.id()) + 1);
        }
        return new Kept(List.copyOf(rules), next);
    }

    /**
     * Adds a rule under a number that neither the file nor the book has given out.
     *
     * @param own all rules of the book
     * @throws RuleException if it cannot be written
     */
    Rule add(List<Rule> own, long nextNumber, LongFunction<Rule> numbered) throws RuleException {
        requireReadable(numbered.apply(nextNumber));
        List<Rule> added = new ArrayList<>();
        change(own, nextNumber, kept -> {
            if (kept.rules().size() >= RuleBook.RULES_MAX) {
                throw new RuleException(RuleException.Code.TOO_MANY_RULES, "There are " + RuleBook.RULES_MAX + " rules in " + path + "; remove one first");
            }
            Rule rule = numbered.apply(kept.nextNumber());
            added.add(rule);
            List<Rule> after = new ArrayList<>(kept.rules());
            after.add(rule);
            return new Kept(after, kept.nextNumber() + 1);
        });
        return added.getFirst();
    }

    /** Writes a changed rule in its place; at the end if the file had it not. */
    void put(List<Rule> own, long nextNumber, Rule before, Rule changed) throws RuleException {
        requireReadable(changed);
        change(own, nextNumber, kept -> {
            List<Rule> after = new ArrayList<>(kept.rules());
            int at = indexOf(after, changed.id());
            if (at < 0) {
                after.add(changed);
            } else if (before.persisted() && isSame(after.get(at), before)) {
                after.set(at, changed);
            } else {
                throw notSaved("another process keeps another " + changed.id() + " in " + path + "; add this rule anew");
            }
            return new Kept(after, kept.nextNumber());
        });
    }

    /** Removes a rule, if the file has it. */
    void remove(List<Rule> own, long nextNumber, Rule rule) throws RuleException {
        change(own, nextNumber, kept -> {
            List<Rule> after = new ArrayList<>(kept.rules());
            int at = indexOf(after, rule.id());
            if (at >= 0 && isSame(after.get(at), rule)) {
                after.remove(at);
            }
            return new Kept(after, kept.nextNumber());
        });
    }

    private void change(List<Rule> own, long nextNumber, Edit edit) throws RuleException {
        try {
            folder.alone(() -> {
                // Without a file, this book's rules still are to outlive it.
                Kept kept = current().orElse(new Kept(own.stream().filter(Rule::persisted).toList(), 1));
                write(edit.apply(new Kept(kept.rules(), Math.max(kept.nextNumber(), nextNumber))));
                return kept;
            });
        } catch (IOException e) {
            throw notSaved("the rules could not be written to " + path + ": " + e.getMessage());
        }
    }

    private void write(Kept kept) throws IOException, RuleException {
        List<JsonValue> rules = new ArrayList<>();
        for (Rule rule : kept.rules()) {
            rules.add(RuleJson.kept(rule));
        }
        byte[] bytes = Json.bytes(JsonObject.builder().put("formatVersion", FORMAT_VERSION).put("nextNumber", kept.nextNumber())
                .put("rules", new JsonArray(rules)).build());
        if (bytes.length > BYTES_MAX) {
            throw notSaved("the rules would have " + bytes.length + " octets, more than " + BYTES_MAX + "; keep large bodies in files (bodyFile)");
        }
        folder.replace(path, bytes);
    }

    /** What cannot be read back must not be written: it would have the whole file set aside. */
    private static void requireReadable(Rule rule) throws RuleException {
        Rule read;
        try {
            read = RuleJson.rule(RuleJson.kept(rule));
        } catch (RuleException refused) {
            throw Members.bad("persisted", "expected a rule that can be written as JSON; " + refused.getMessage());
        }
        if (!read.equals(rule)) {
            throw Members.bad("persisted", "expected a rule that can be written as JSON; this one would not come back the same");
        }
    }

    /** Numbers are given out once while the file lives; when it was set aside they begin anew, and the time of birth tells rules apart. */
    private static boolean isSame(Rule one, Rule other) {
        return one.createdAtMillis() == other.createdAtMillis();
    }

    private static int indexOf(List<Rule> rules, String id) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    private static RuleException notSaved(String sentence) {
        return new RuleException(RuleException.Code.NOT_SAVED, Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1));
    }
}
