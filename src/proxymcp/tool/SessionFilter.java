package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Source;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Property;
import proxymcp.store.SessionQuery;

/** The parameters that choose exchanges of a session, the same in every tool that does. */
final class SessionFilter {
    /** All but {@code text}, for a tool that takes it to mean something else. */
    static final List<Property> BUT_TEXT = List.of(
            Property.text("method", "", 1, 1_000),
            Property.text("hostname_contains", "", 1, 1_000),
            Property.text("url_contains", "", 1, 10_000),
            Property.integer("status_code", "", 100, 999),
            Property.integer("status_min", "", 100, 999),
            Property.integer("status_max", "", 100, 999),
            Property.integer("from_ts", "Earliest start, epoch ms", 0, Long.MAX_VALUE >> 20),
            Property.integer("to_ts", "Latest start, epoch ms", 0, Long.MAX_VALUE >> 20),
            Property.text("content_type_contains", "", 1, 200),
            Property.integer("min_duration_ms", "", 0, Integer.MAX_VALUE),
            Property.integer("min_size", "Fewest octets of both bodies together", 0, Long.MAX_VALUE >> 20),
            Property.choice("state", "How far it came", "complete", "incomplete", "in_flight"),
            Property.choice("error_class", "Why it ended early", errorClasses()),
            Property.choice("source", "How it came", "explicit", "transparent", "replay", "har", "rule"),
            Property.text("target_id", "Browser or process it came from", 1, 200));
    static final List<Property> PROPERTIES = withText();
    /** The same for a tool whose description refers to proxy_query_session, where they are explained: the list of tools has to be short. */
    static final List<Property> UNEXPLAINED = unexplained(PROPERTIES);

    private static final Set<String> NAMES_OF_FEW = Set.of("method", "hostname_contains", "url_contains", "status_code", "from_ts", "to_ts");
    /** The few that do where choosing is not what a tool is for; not explained. */
    static final List<Property> FEW = UNEXPLAINED.stream().filter(property -> NAMES_OF_FEW.contains(property.name())).toList();
    /** The others: a tool that refers to proxy_query_session takes them without telling. */
    static final List<Property> OTHERS = UNEXPLAINED.stream().filter(property -> !NAMES_OF_FEW.contains(property.name())).toList();
    /** {@link #OTHERS} without {@code text}. */
    static final List<Property> OTHERS_BUT_TEXT = OTHERS.stream().filter(property -> !property.name().equals("text")).toList();

    private SessionFilter() {}

    private static List<Property> withText() {
        List<Property> all = new ArrayList<>(BUT_TEXT);
        all.add(3, Property.text("text", "Part of URL, exchange id or target id", 1, 10_000));
        return List.copyOf(all);
    }

    private static List<Property> unexplained(List<Property> properties) {
        List<Property> all = new ArrayList<>();
        for (Property property : properties) {
            all.add(property.toldElsewhere());
        }
        return List.copyOf(all);
    }

    private static String[] errorClasses() {
        ErrorClass[] classes = ErrorClass.values();
        String[] ids = new String[classes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = classes[i].id();
        }
        return ids;
    }

    /**
     * Reads them.
     *
     * @param descending newest first
     * @throws BadArgument if a code and a range are both given, or a range is empty
     */
    static SessionQuery parse(Args args, boolean descending) throws BadArgument {
        return parse(args, args.optString("text"), descending);
    }

    /** Reads those of {@link #FEW}. */
    static SessionQuery parseFew(Args args) throws BadArgument {
        refuseEmptyTime(args);
        OptionalInt code = args.optInteger("status_code");
        return new SessionQuery(args.optString("method"), args.optString("hostname_contains"), args.optString("url_contains"), Optional.empty(),
                Optional.empty(), Optional.empty(), code, code, args.optLong("from_ts"), args.optLong("to_ts"), OptionalLong.empty(), OptionalLong.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static void refuseEmptyTime(Args args) throws BadArgument {
        if (args.given("from_ts") && args.given("to_ts") && args.longInteger("from_ts") > args.longInteger("to_ts")) {
            throw new BadArgument("from_ts", "expected at most to_ts, " + args.longInteger("to_ts") + ", got " + args.longInteger("from_ts"));
        }
    }

    /** Reads those of {@link #BUT_TEXT}. */
    static SessionQuery parseButText(Args args) throws BadArgument {
        return parse(args, Optional.empty(), false);
    }

    private static SessionQuery parse(Args args, Optional<String> text, boolean descending) throws BadArgument {
        OptionalInt code = args.optInteger("status_code");
        if (code.isPresent() && (args.given("status_min") || args.given("status_max"))) {
            throw new BadArgument("status_code", "expected either it or status_min and status_max");
        }
        OptionalInt min = code.isPresent() ? code : args.optInteger("status_min");
        OptionalInt max = code.isPresent() ? code : args.optInteger("status_max");
        if (min.isPresent() && max.isPresent() && min.getAsInt() > max.getAsInt()) {
            throw new BadArgument("status_min", "expected at most status_max, " + max.getAsInt() + ", got " + min.getAsInt());
        }
        refuseEmptyTime(args);
        return new SessionQuery(args.optString("method"), args.optString("hostname_contains"), args.optString("url_contains"),
                text, lower(args.optString("content_type_contains")), args.optString("target_id"), min, max,
                args.optLong("from_ts"), args.optLong("to_ts"), args.optLong("min_duration_ms"), args.optLong("min_size"),
                args.optChoice("state", SessionQuery.State.class), args.optChoice("error_class", ErrorClass.class),
                args.optChoice("source", Source.class), descending);
    }

    private static Optional<String> lower(Optional<String> text) {
        return text.isPresent() ? Optional.of(text.get().toLowerCase(Locale.ROOT)) : text;
    }
}
