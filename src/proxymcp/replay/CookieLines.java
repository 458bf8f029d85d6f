package proxymcp.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import proxymcp.http.Fields;

/** The {@code Cookie} field lines of a request, to be changed pair by pair; pairs that stay keep their octets. Not for several threads. */
final class CookieLines {
    private static final String COOKIE = "Cookie";

    private final Fields fields;
    /** Of each line its parts between semicolons, as they stand. */
    private final List<List<String>> lines = new ArrayList<>();

    CookieLines(Fields fields) {
        this.fields = fields;
        for (String value : fields.all(COOKIE)) {
            lines.add(new ArrayList<>(List.of(value.split(";", -1))));
        }
    }

    /** Puts a value in place of all cookies of that name, where the first of them stood; at the end if there was none. */
    CookieLines set(String name, String value) {
        boolean placed = false;
        for (List<String> parts : lines) {
            for (int i = 0; i < parts.size(); i++) {
                if (name.equals(name(parts.get(i)))) {
                    if (placed) {
                        parts.remove(i--);
                    } else {
                        parts.set(i, paired(parts.get(i), name, value));
                        placed = true;
                    }
                }
            }
        }
        return placed ? this : add(name, value);
    }

    /** Adds a cookie at the end. */
    CookieLines add(String name, String value) {
        if (lines.isEmpty()) {
            lines.add(new ArrayList<>());
        }
        List<String> last = lines.getLast();
        if (last.size() > 1 && last.getLast().isBlank()) {
            last.removeLast();
        }
        last.add((last.isEmpty() ? "" : " ") + name + "=" + value);
        return this;
    }

    /** Removes cookies by name. */
    CookieLines removeIf(Predicate<String> names) {
        lines.forEach(parts -> parts.removeIf(part -> part.indexOf('=') >= 0 && names.test(name(part))));
        return this;
    }

    /** Puts the cookies of a jar in place of those of equal names, takes out those that ended, and adds the others at the end. */
    CookieLines merge(CookieJar.Fitting jar) {
        Map<String, List<CookieJar.Pair>> left = new HashMap<>();
        jar.live().forEach(pair -> left.computeIfAbsent(pair.name(), name -> new ArrayList<>()).add(pair));
        for (List<String> parts : lines) {
            for (int i = 0; i < parts.size(); i++) {
                String name = name(parts.get(i));
                List<CookieJar.Pair> own = left.get(name);
                if (own != null && !own.isEmpty()) {
                    parts.set(i, paired(parts.get(i), name, own.removeFirst().value()));
                } else if (own != null || jar.ended().contains(name)) {
                    parts.remove(i--);
                }
            }
        }
        for (CookieJar.Pair pair : jar.live()) {
            if (left.get(pair.name()).contains(pair)) {
                left.get(pair.name()).remove(pair);
                add(pair.name(), pair.value());
            }
        }
        return this;
    }

    /**
     * The fields with these cookies; a line without any is left out.
     *
     * @throws IllegalArgumentException if a name or value cannot stand in a field
     */
    Fields fields() {
        Fields.Builder builder = new Fields.Builder();
        int line = 0;
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.isNamed(i, COOKIE)) {
                builder.addLine(fields, i);
                continue;
            }
            String value = String.join(";", lines.get(line++));
            if (value.equals(fields.value(i))) {
                builder.addLine(fields, i);
            } else if (!value.isBlank()) {
                builder.add(fields.name(i), value);
            }
        }
        if (line < lines.size()) {
            builder.add(COOKIE, String.join(";", lines.get(line)));
        }
        return builder.build();
    }

    /** The value of the first cookie of that name. */
    static Optional<String> value(Fields fields, String name) {
        for (String line : fields.all(COOKIE)) {
            for (String part : line.split(";")) {
                if (part.indexOf('=') >= 0 && name.equals(name(part))) {
                    return Optional.of(part.substring(part.indexOf('=') + 1).strip());
                }
            }
        }
        return Optional.empty();
    }

    private static String paired(String part, String name, String value) {
        int start = 0;
        while (start < part.length() && (part.charAt(start) == ' ' || part.charAt(start) == '\t')) {
            start++;
        }
        return part.substring(0, start) + name + "=" + value;
    }

    /** The name of a pair; of a part that is none, nothing that a cookie may be called. */
    private static String name(String part) {
        int equals = part.indexOf('=');
        return equals < 0 ? "" : part.substring(0, equals).strip();
    }
}
