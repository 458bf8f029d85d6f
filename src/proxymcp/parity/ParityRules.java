package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.PatternSyntaxException;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.Check;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonPath;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;
import proxymcp.json.NearestName;
import proxymcp.json.Property;
import proxymcp.json.Schema;
import proxymcp.text.Regex;

/** Reads rules as a caller writes them: {@code {endpoint?, path, check, args?, severity = high}}. */
public final class ParityRules {
    /** What one rule may hold. */
    public static final Schema RULE = Schema.of(
            Property.text("endpoint", "Part of the endpoint's text", 1, 1_000),
            Property.text("path", "JSON path into the response", 1, 1_000).required(),
            Property.choice("check", "What has to hold", ParityRule.CHECKS.toArray(new String[0])).required(),
            Property.form("args", "Of the check", JsonObject.builder().put("type", "object").build()),
            Property.choice("severity", "If it does not", "low", "medium", "high", "critical").defaultTo("high"));
    /** Rules that one call may have. */
    public static final int RULES_MAX = 200;

    private static final List<String> TYPES = List.of("string", "number", "integer", "boolean", "null", "object", "array");
    private static final double HUGE = 1e300;
    private static final double TOLERANCE = 0.2;
    private static final Schema NOTHING = Schema.of();
    private static final Schema TYPE = Schema.of(Property.choice("type", "", TYPES.toArray(new String[0])));
    private static final Schema EXISTS = Schema.of(Property.flag("exists", "").defaultTo(true));
    private static final Schema MATCHES = Schema.of(Property.text("pattern", "", 1, 1_000).required());
    private static final Schema BOUNDS = Schema.of(Property.number("min", "", -HUGE, HUGE), Property.number("max", "", -HUGE, HUGE));
    private static final Schema BAND = Schema.of(Property.number("min", "", 0, HUGE), Property.number("max", "", 0, HUGE),
            Property.number("tolerance", "", 0, HUGE));
    private static final Schema SET = Schema.of(Property.number("overlap", "", 0, 1).defaultTo(1));

    private ParityRules() {}

    /**
     * Parses rules.
     *
     * @throws BadArgument if one is none; the message names it, as {@code rules[2].args.min}
     */
    public static List<ParityRule> parse(List<JsonObject> rules) throws BadArgument {
        if (rules.size() > RULES_MAX) {
            throw new BadArgument("rules", "expected at most " + RULES_MAX + ", got " + rules.size());
        }
        List<ParityRule> parsed = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            parsed.add(parse(i, rules.get(i)));
        }
        return List.copyOf(parsed);
    }

    private static ParityRule parse(int number, JsonObject rule) throws BadArgument {
        String name = "rules[" + number + "]";
        Args args = checked(RULE, rule, name);
        JsonPath path;
        try {
            path = JsonPath.parse(args.string("path"));
        } catch (IllegalArgumentException refused) {
            throw new BadArgument(name + ".path", refused.getMessage() + ", got " + Check.quoted(new JsonString(args.string("path"))));
        }
        ParityRule.Check check = check(args.string("check"), args.form("args").orElse(JsonObject.EMPTY), name + ".args");
        Optional<String> endpoint = args.optString("endpoint").map(text -> text.toLowerCase(Locale.ROOT));
        return new ParityRule(number, endpoint, path, check, Severity.of(args.string("severity")).orElseThrow());
    }

    /** As {@link Schema#check}, with the rule before the name of the argument. */
    private static Args checked(Schema schema, JsonObject object, String name) throws BadArgument {
        try {
            return schema.check(object);
        } catch (BadArgument refused) {
            String violation = refused.violations().get(0);
            int colon = violation.indexOf(": ");
            throw colon < 0 ? new BadArgument(name, violation) : new BadArgument(name + "." + violation.substring(0, colon), violation.substring(colon + 2));
        }
    }

    private static ParityRule.Check check(String check, JsonObject object, String name) throws BadArgument {
        switch (check) {
            case "equals" -> {
                return new ParityRule.Check.Equals(only(object, name));
            }
            case "type" -> {
                return new ParityRule.Check.Type(checked(TYPE, object, name).optString("type"));
            }
            case "exists" -> {
                return new ParityRule.Check.Exists(checked(EXISTS, object, name).flag("exists"));
            }
            case "matches" -> {
                return matches(checked(MATCHES, object, name).string("pattern"), name);
            }
            case "range" -> {
                Args bounds = checked(BOUNDS, object, name);
                requireBounds(bounds, name, true);
                return new ParityRule.Check.Range(bounds.optNumber("min"), bounds.optNumber("max"));
            }
            case "count_band" -> {
                Args band = checked(BAND, object, name);
                requireBounds(band, name, false);
                OptionalDouble tolerance = band.optNumber("tolerance");
                if (tolerance.isPresent() && (band.given("min") || band.given("max"))) {
                    throw new BadArgument(name + ".tolerance", "expected either it or min and max");
                }
                return new ParityRule.Check.CountBand(band.optNumber("min"), band.optNumber("max"), tolerance.orElse(TOLERANCE));
            }
            case "unique" -> {
                checked(NOTHING, object, name);
                return new ParityRule.Check.Unique();
            }
            default -> {
                return new ParityRule.Check.SameSet(checked(SET, object, name).number("overlap"));
            }
        }
    }

    /** The value of {@code equals}, which may be of any type. */
    private static Optional<JsonValue> only(JsonObject object, String name) throws BadArgument {
        for (JsonObject.Member member : object.members()) {
            if (!member.name().equals("value")) {
                String given = Check.quoted(new JsonString(member.name()));
                String nearest = NearestName.of(member.name(), List.of("value")).map(known -> "; did you mean \"" + known + "\"?").orElse("");
                throw new BadArgument(name, "unknown argument " + given + nearest);
            }
        }
        return object.get("value");
    }

    private static ParityRule.Check matches(String pattern, String name) throws BadArgument {
        try {
            return new ParityRule.Check.Matches(Regex.of(pattern));
        } catch (PatternSyntaxException refused) {
            throw new BadArgument(name + ".pattern", "expected a regular expression: " + refused.getDescription());
        }
    }

    private static void requireBounds(Args bounds, String name, boolean one) throws BadArgument {
        if (one && !bounds.given("min") && !bounds.given("max")) {
            throw new BadArgument(name, "expected min, max or both");
        }
        if (bounds.given("min") && bounds.given("max") && bounds.optNumber("min").getAsDouble() > bounds.optNumber("max").getAsDouble()) {
            throw new BadArgument(name + ".min", "expected at most max");
        }
    }
}
