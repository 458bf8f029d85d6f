package proxymcp.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.json.NearestName;

/**
 * The words of a command line, sorted into options and the rest. Options are {@code --name value} or {@code --name=value}; they may stand
 * anywhere; after {@code --} there are none. Each is taken by whoever knows it; what nobody took is an error.
 */
final class CommandLine {
    private static final List<String> FLAGS = List.of("--insecure-upstream", "--isolate-plugins", "--help", "--version");
    private static final List<String> WITH_VALUE = List.of("--home", "--toolsets", "--allow-path", "--allow-env", "--buffer-exchanges",
            "--buffer-mb", "--transport", "--port", "--proxy-port", "--bind", "--token", "--url", "--require-auth", "--upstream-ca",
            "--profile", "--session", "--max-disk-mb", "--transparent-port", "--transparent-target-port", "--accept-encoding",
            "--upstream", "--no-proxy", "--queue", "--concurrency", "--name");

    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();

    CommandLine(String[] args) throws BadCommandLine {
        int at = 0;
        while (at < args.length) {
            String arg = args[at++];
            if (arg.equals("--")) {
                while (at < args.length) {
                    words.add(args[at++]);
                }
            } else if (arg.equals("-h")) {
                add("--help", "");
            } else if (!arg.startsWith("-") || arg.length() == 1) {
                words.add(arg);
            } else {
                at = option(arg, args, at);
            }
        }
    }

    private int option(String arg, String[] args, int next) throws BadCommandLine {
        int equals = arg.indexOf('=');
        String name = equals < 0 ? arg : arg.substring(0, equals);
        if (FLAGS.contains(name)) {
            if (equals >= 0) {
                throw new BadCommandLine(name + " takes no value, got \"" + Terminal.clean(arg.substring(equals + 1)) + "\"");
            }
            add(name, "");
            return next;
        }
        if (!WITH_VALUE.contains(name)) {
            List<String> known = new ArrayList<>(WITH_VALUE);
            known.addAll(FLAGS);
            Optional<String> nearest = NearestName.of(name, known);
            throw new BadCommandLine("unknown option " + Terminal.clean(name)
                    + (nearest.isPresent() ? "; did you mean " + nearest.get() + "?" : ""));
        }
        if (equals >= 0) {
            add(name, arg.substring(equals + 1));
            return next;
        }
        if (next == args.length) {
            throw new BadCommandLine(name + " needs a value");
        }
        add(name, args[next]);
        return next + 1;
    }

    private void add(String name, String value) {
        List<String> all = values.get(name);
        if (all == null) {
            all = new ArrayList<>();
            values.put(name, all);
        }
        all.add(value);
    }

    /** The next word that is no option. */
    Optional<String> word() {
        return words.isEmpty() ? Optional.empty() : Optional.of(words.remove(0));
    }

    /** All words that are left. */
    List<String> words() {
        List<String> rest = List.copyOf(words);
        words.clear();
        return rest;
    }

    /** Whether a flag is set. */
    boolean flag(String name) {
        return values.remove(name) != null;
    }

    /** The value of an option that may be given once. */
    Optional<String> value(String name) throws BadCommandLine {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw new BadCommandLine(name + " is given " + all.size() + " times");
        }
        if (all.size() == 1 && all.get(0).isEmpty()) {
            throw new BadCommandLine(name + " needs a value, got an empty one");
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    /** The values of an option that may be repeated. */
    List<String> all(String name) {
        List<String> all = values.remove(name);
        return all == null ? List.of() : all;
    }

    /** The value of an option that is a whole number. */
    int number(String name, int min, int max, int fallback) throws BadCommandLine {
        Optional<String> value = value(name);
        return value.isEmpty() ? fallback : number(name, value.get(), min, max);
    }

    /** Reads {@code text} as a whole number; {@code name} says whose value it is. */
    static int number(String name, String text, int min, int max) throws BadCommandLine {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The same answer as for one out of range.
        }
        throw new BadCommandLine(name + ": expected a number in " + min + ".." + max + ", got \"" + Terminal.clean(text) + "\"");
    }

    /**
     * Refuses whatever was not taken.
     *
     * @param command name of the command, for the message
     */
    void requireAllTaken(String command) throws BadCommandLine {
        for (String name : values.keySet()) {
            throw new BadCommandLine(name + " is no option of " + command);
        }
        for (String word : words) {
            throw new BadCommandLine("unexpected \"" + Terminal.clean(word) + "\" after " + command);
        }
    }
}
