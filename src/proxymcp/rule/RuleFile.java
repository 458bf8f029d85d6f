package proxymcp.rule;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonNumber;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonValue;

/**
 * The file of the rules that outlive a process: {@code {"formatVersion":1,"nextNumber":n,"rules":[...]}}, the rules in the order they were
 * added, each as {@link RuleJson#kept} writes it. Replaced whole.
 */
final class RuleFile {
    private static final long FORMAT_VERSION = 1;

    private final Path path;

    /** What a file holds, or what is left when there is none. */
    record Kept(List<Rule> rules, long nextNumber, List<String> notes) {
        static final Kept NOTHING = new Kept(List.of(), 1, List.of());
    }

    RuleFile(Path path) {
        this.path = path;
    }

    Kept read(Clock clock) {
        try {
            return parse(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            return Kept.NOTHING;
        } catch (IOException | RuleException e) {
            return new Kept(List.of(), 1, List.of(setAside(e, clock)));
        }
    }

    /** A damaged file is kept under another name: somebody may mend it. */
    private String setAside(Exception damage, Clock clock) {
        Path aside = path.resolveSibling("rules.damaged-" + clock.millis() + ".json");
        try {
            Files.move(path, aside);
            return "the rules in " + path + " could not be read (" + damage.getMessage() + ") and were set aside as " + aside.getFileName();
        } catch (IOException e) {
            return "the rules in " + path + " could not be read (" + damage.getMessage() + ") and not be set aside (" + e + ")";
        }
    }

    private static Kept parse(byte[] bytes) throws JsonException, RuleException {
        if (!(Json.parse(bytes) instanceof JsonObject all) || !all.get("formatVersion").equals(java.util.Optional.of(JsonNumber.of(FORMAT_VERSION)))) {
            throw new RuleException(RuleException.Code.INVALID_RULE, "formatVersion: expected " + FORMAT_VERSION);
        }
        List<Rule> rules = new ArrayList<>();
        long next = 1;
        for (JsonValue value : all.array("rules").orElseThrow(() -> new RuleException(RuleException.Code.INVALID_RULE, "rules: expected"))) {
            Rule rule = RuleJson.rule(value);
            rules.add(rule);
            next = Math.max(next, RuleJson.number(rule.id()) + 1);
        }
        if (all.get("nextNumber").orElse(JsonNumber.of(1)) instanceof JsonNumber number) {
            next = Math.max(next, number.exactLong().orElse(1));
        }
        return new Kept(List.copyOf(rules), next, List.of());
    }

    void write(List<Rule> rules, long nextNumber) throws IOException {
        List<JsonValue> kept = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.persisted()) {
                kept.add(RuleJson.kept(rule));
            }
        }
        JsonObject all = JsonObject.builder().put("formatVersion", FORMAT_VERSION).put("nextNumber", nextNumber).put("rules", kept).build();
        Files.createDirectories(path.getParent());
        Path temporary = path.resolveSibling("rules.json.tmp");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            }
            ByteBuffer bytes = ByteBuffer.wrap(Json.bytes(all));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
