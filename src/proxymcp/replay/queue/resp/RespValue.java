package proxymcp.replay.queue.resp;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One answer, or an element of one. RESP2 knows the first five and arrays; the others are of RESP3. */
public sealed interface RespValue {

    /** A status line, such as {@code OK}. */
    record Status(String line) implements RespValue {}

    /**
     * An error that the server answers a command with.
     *
     * @param code its first word, such as {@code NOAUTH}, {@code WRONGPASS}, {@code ERR}; may be empty
     * @param sentence what follows
     */
    record Failure(String code, String sentence) implements RespValue {
        /** Of an error's line. */
        static Failure of(String line) {
            int space = line.indexOf(' ');
            return space < 0 ? new Failure(line, "") : new Failure(line.substring(0, space), line.substring(space + 1));
        }
    }

    /** An integer. */
    record Whole(long number) implements RespValue {}

    /** Octets of any kind. */
    record Bulk(byte[] octets) implements RespValue {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bulk bulk && Arrays.equals(octets, bulk.octets);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(octets);
        }

        /** Their count alone: what they say may be a secret. */
        @Override
        public String toString() {
            return "Bulk[" + octets.length + " bytes]";
        }
    }

    /** Nothing: RESP2 has two forms of it, RESP3 a third. */
    record Nil() implements RespValue {}

    /** An array, or a set. */
    record Many(List<RespValue> elements) implements RespValue {}

    /** A map; keys and values in turn, as RESP2 lists them. */
    record Pairs(List<RespValue> keysAndValues) implements RespValue {}

    /** What the server sends unasked; a connection drops it. */
    record Push(List<RespValue> elements) implements RespValue {}

    /** A floating point number. */
    record Real(double number) implements RespValue {}

    /** True or false. */
    record Flag(boolean isTrue) implements RespValue {}

    /** An integer of any size. */
    record Big(BigInteger number) implements RespValue {}

    /**
     * Text for people.
     *
     * @param format three letters: {@code txt}, {@code mkd}
     */
    record Verbatim(String format, String words) implements RespValue {}

    /** Whether it is nothing. */
    default boolean isNil() {
        return this instanceof Nil;
    }

    /** The octets of a {@link Bulk}; empty for anything else. */
    default Optional<byte[]> asOctets() {
        return this instanceof Bulk bulk ? Optional.of(bulk.octets()) : Optional.empty();
    }

    /** What a status, octets (as UTF-8), verbatim text or a number says; empty for anything else. */
    default Optional<String> asText() {
        return switch (this) {
            case Status status -> Optional.of(status.line());
            case Bulk bulk -> Optional.of(new String(bulk.octets(), StandardCharsets.UTF_8));
            case Verbatim verbatim -> Optional.of(verbatim.words());
            case Whole whole -> Optional.of(Long.toString(whole.number()));
            case Big big -> Optional.of(big.number().toString());
            case Real real -> Optional.of(Double.toString(real.number()));
            case Failure failure -> Optional.empty();
            case Nil nil -> Optional.empty();
            case Many many -> Optional.empty();
            case Pairs pairs -> Optional.empty();
            case Push push -> Optional.empty();
            case Flag flag -> Optional.empty();
        };
    }

    /** The integer that it is, or that its text spells; empty for anything else. */
    default OptionalLong asNumber() {
        if (this instanceof Whole whole) {
            return OptionalLong.of(whole.number());
        }
        try {
            return this instanceof Bulk || this instanceof Status ? OptionalLong.of(Long.parseLong(asText().orElse(""))) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** The elements of an array or a set; of a map its keys and values in turn, so that RESP2 and RESP3 read alike; none for anything else. */
    default List<RespValue> elements() {
        return switch (this) {
            case Many many -> many.elements();
            case Pairs pairs -> pairs.keysAndValues();
            case Push push -> push.elements();
            case Status status -> List.of();
            case Failure failure -> List.of();
            case Whole whole -> List.of();
            case Bulk bulk -> List.of();
            case Nil nil -> List.of();
            case Real real -> List.of();
            case Flag flag -> List.of();
            case Big big -> List.of();
            case Verbatim verbatim -> List.of();
        };
    }

    /** What stands beside {@code key} in a map or in a list of keys and values. */
    default Optional<RespValue> at(String key) {
        List<RespValue> all = elements();
        for (int i = 0; i + 1 < all.size(); i += 2) {
            if (all.get(i).asText().equals(Optional.of(key))) {
                return Optional.of(all.get(i + 1));
            }
        }
        return Optional.empty();
    }

    /** The texts of its elements; what has none is left out. */
    default List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (RespValue element : elements()) {
            element.asText().ifPresent(texts::add);
        }
        return texts;
    }
}
