package proxymcp.json;

import java.util.ArrayList;
import java.util.List;

/**
 * The top-level members of a tool's result, as the JSON Schema that clients see. Every result also has
 * {@code status}, which need not be named. Members that are not declared are allowed: a result may grow.
 *
 * <p>A member that can be {@code null} has no type but a description: an array of types and {@code anyOf} are refused by some hosts, which
 * then drop the tool.
 */
public final class ResultSchema {
    private final List<Member> members;

    /**
     * One member.
     *
     * @param name camelCase
     * @param shape its schema
     * @param always whether every successful result has it
     */
    public record Member(String name, JsonObject shape, boolean always) {
        /** The same, but some results do not have it. */
        public Member optional() {
            return new Member(name, shape, false);
        }
    }

    private ResultSchema(List<Member> members) {
        this.members = members;
    }

    /** Returns a schema of these members. */
    public static ResultSchema of(Member... members) {
        return new ResultSchema(List.of(members));
    }

    /** Returns a schema with these members after the ones of this. */
    public ResultSchema and(Member... more) {
        List<Member> all = new ArrayList<>(members);
        all.addAll(List.of(more));
        return new ResultSchema(List.copyOf(all));
    }

    /** A string. */
    public static Member text(String name) {
        return typed(name, "string");
    }

    /** A whole number. */
    public static Member integer(String name) {
        return typed(name, "integer");
    }

    /** A number. */
    public static Member number(String name) {
        return typed(name, "number");
    }

    /** {@code true} or {@code false}. */
    public static Member flag(String name) {
        return typed(name, "boolean");
    }

    /** An object. */
    public static Member object(String name) {
        return typed(name, "object");
    }

    /** An array. */
    public static Member array(String name) {
        return typed(name, "array");
    }

    /**
     * A value that can be {@code null}, or of several types.
     *
     * @param shape in words, such as {@code "integer or null"}
     */
    public static Member any(String name, String shape) {
        return new Member(name, JsonObject.builder().put("description", shape).build(), true);
    }

    private static Member typed(String name, String type) {
        return new Member(name, JsonObject.builder().put("type", type).build(), true);
    }

    /** The members in the order they were declared, without {@code status}. */
    public List<Member> members() {
        return members;
    }

    /**
     * The JSON Schema that clients see: the members by name but {@code status}, which every result has. Types and which of them are always there are checked by tests and not told here,
     * as they help nobody to choose a tool and the list of tools has to be short; {@link #typed} has them.
     */
    public JsonObject published() {
        JsonObject.Builder properties = JsonObject.builder();
        for (Member member : members) {
            properties.put(member.name(), JsonObject.EMPTY);
        }
        return JsonObject.builder().put("type", "object").put("properties", properties.build()).build();
    }

    /** The JSON Schema of one tool for whoever looks at that alone: with the types, and the members that are always there. */
    public JsonObject typed() {
        JsonObject.Builder properties = JsonObject.builder().put("status", JsonObject.builder().put("type", "string").build());
        List<String> always = new ArrayList<>(List.of("status"));
        for (Member member : members) {
            properties.put(member.name(), member.shape());
            if (member.always()) {
                always.add(member.name());
            }
        }
        return JsonObject.builder().put("type", "object").put("properties", properties.build()).putStrings("required", always).build();
    }
}
