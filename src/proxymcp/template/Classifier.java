package proxymcp.template;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Part;
import proxymcp.diff.ValueFormat;

/** Says what values are that no answer explains: made by the client, given by its user, or always the same. Not for several threads. */
final class Classifier {
    private static final long NEAR_MILLIS = 86_400_000;
    private static final int SAMPLE_CHARS_MAX = 200;
    private static final int INPUTS_MAX = 200;
    private static final int ONCE_CHARS_MAX = 128;

    /** An input while it is collected. */
    private record Input(String name, String type, String format, String sample, Set<String> usedIn) {}

    /** A value that nothing is known of, and the exchange that sends it first. */
    record Open(int step, Use use, String guess) {}

    /** What all requests send at one place. */
    private static final class Place {
        private final Set<String> values = new HashSet<>();
        private int requests;
        private boolean oneForm = true;
        private boolean held;
        private DerivedValue.Nonce form = new DerivedValue.Nonce("", 0);

        void add(String value, boolean heldBefore) {
            DerivedValue.Nonce next = nonce(value);
            oneForm &= requests == 0 || next.equals(form);
            form = next;
            held |= heldBefore;
            requests++;
            values.add(value);
        }

        /** Whether each request has another value, all of one form, and none is from an answer: a token of a server is sent more than once, or under its name. */
        boolean isMadeEachTime() {
            return requests > 1 && values.size() == requests && oneForm && !held;
        }
    }

    private final List<FlowExchange> exchanges;
    private final ValueIndex index;
    private final Names names;
    private final Optional<SecondCapture> second;
    private final Set<String> guessed = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<Integer, List<Slot>> slots = new HashMap<>();
    private final Map<String, Input> inputs = new LinkedHashMap<>();
    /** Values of the client that are used again, by value. */
    private final Map<String, Slot> made = new HashMap<>();
    private final Map<String, Open> open = new LinkedHashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, List<Integer>> stepsOf = new HashMap<>();
    private final Map<String, String> challenges = new HashMap<>();

    Classifier(List<FlowExchange> exchanges, ValueIndex index, Names names, Optional<SecondCapture> second) {
        this.exchanges = exchanges;
        this.index = index;
        this.names = names;
        this.second = second;
    }

    /** Learns which values there are before any is judged. */
    void learn(int step, Use use) {
        places.computeIfAbsent(place(step, use), added -> new Place()).add(use.value(), index.heldBefore(step, use.value()));
        List<Integer> steps = stepsOf.computeIfAbsent(use.value(), added -> new ArrayList<>(1));
        if (steps.isEmpty() || steps.get(steps.size() - 1) != step) {
            steps.add(step);
        }
        if (use.value().length() >= 43 && use.value().length() <= 128 && challenges.size() < 20_000) {
            challenges.put(Recipes.challenge(use.value()), use.value());
        }
    }

    private String place(int step, Use use) {
        Endpoint endpoint = exchanges.get(step).endpoint();
        return (use.part() == Part.HEADER ? endpoint.host() : endpoint.toString()) + " " + use.location();
    }

    /** Judges one value of a request. */
    void judge(int step, Use use) {
        String value = use.value();
        if (value.isEmpty() || value.length() > Strength.CHARS_MAX) {
            return;
        }
        if (use.part() == Part.HEADER && ValidatorTrail.isCondition(use.key())) {
            if (!value.equals("*") && !ValidatorTrail.isRevalidation(use.key())) {
                open.putIfAbsent(use.location() + " " + value, new Open(step, use, "a validator from before the recording"));
            }
            return;
        }
        Slot known = made.get(value);
        if (known != null && (Strength.of(value) >= 0.3 || known.use().key().equalsIgnoreCase(use.key()))) {
            reuse(step, use, known);
            return;
        }
        Optional<Boolean> changes = second.flatMap(other -> other.changes(step, use));
        Optional<DerivedValue> derived = changes.equals(Optional.of(false)) ? Optional.empty() : derived(step, use);
        if (derived.isPresent()) {
            slot(step, new Slot(use, value, names.of(use.location() + " " + value, use.key()), List.of(), value, derived));
            return;
        }
        boolean safe = exchanges.get(step).endpoint().method().equals("GET");
        boolean input = FieldWords.isInput(use, isParameter(step, use), safe);
        boolean confirmed = changes.equals(Optional.of(true)) && use.part() != Part.HEADER && use.part() != Part.COOKIE;
        boolean steady = changes.equals(Optional.of(false)) && !FieldWords.isPassword(use.key());
        if ((input && !steady || confirmed) && inputs.size() < INPUTS_MAX && ValueFormat.of(value) != ValueFormat.BOOLEAN) {
            input(step, use);
        } else if (isOpen(step, use, changes)) {
            open.putIfAbsent(use.location() + " " + value, new Open(step, use, guess(step, use)));
        }
    }

    private void reuse(int step, Use use, Slot known) {
        slot(step, new Slot(use, use.value(), known.name(), List.of(), use.value(), known.derived()));
        if (inputs.containsKey(known.name())) {
            inputs.get(known.name()).usedIn().add(exchanges.get(step).seq() + " " + use.location());
        }
    }

    /** Takes a place that is filled. */
    void slot(int step, Slot slot) {
        slots.computeIfAbsent(step, added -> new ArrayList<>()).add(slot);
        boolean again = slot.derived().isPresent() && switch (slot.derived().get()) {
            case DerivedValue.Timestamp time -> true;
            case DerivedValue.Uuid uuid -> true;
            case DerivedValue.Nonce nonce -> true;
            case DerivedValue.Pkce pkce -> true;
            case DerivedValue.Counter counter -> false;
            case DerivedValue.Hash hash -> false;
            case DerivedValue.Hmac hmac -> false;
            case DerivedValue.Composed composed -> false;
        };
        if (again) {
            made.putIfAbsent(slot.sample(), slot);
        }
    }

    private void input(int step, Use use) {
        String name = names.of("input " + use.key() + " " + use.value(), use.isSegment() ? use.key() + "_id" : use.key());
        Slot slot = new Slot(use, use.value(), name, List.of(), use.value(), Optional.empty());
        slots.computeIfAbsent(step, added -> new ArrayList<>()).add(slot);
        made.putIfAbsent(use.value(), slot);
        if (isDrawn(use.value()) && index.heldBefore(step, use.value())) {
            notes.add("input " + name + ": an earlier answer held its recorded value, but no selector is sure to find it there");
        }
        inputs.computeIfAbsent(name, added -> new Input(name, FieldWords.typeOf(use.value()), FieldWords.formatOf(use.key(), use.value()),
                use.value(), new LinkedHashSet<>())).usedIn().add(exchanges.get(step).seq() + " " + use.location());
    }

    private static boolean isDrawn(String value) {
        return value.length() >= TextTokens.CHARS_MIN && TextTokens.isValue(value);
    }

    /** What has to be said of inputs. */
    Set<String> notes() {
        return notes;
    }

    /** Takes an input that a message of a stream gave; returns whether it is a new one. */
    boolean given(int step, Found found, String name) {
        Use use = found.use();
        slots.computeIfAbsent(step, added -> new ArrayList<>()).add(new Slot(use, found.text(), name, found.codings(), found.value(), Optional.empty()));
        boolean known = inputs.containsKey(name);
        inputs.computeIfAbsent(name, added -> new Input(name, FieldWords.typeOf(found.value()), FieldWords.formatOf(use.key(), found.value()),
                found.value(), new LinkedHashSet<>())).usedIn().add(exchanges.get(step).seq() + " " + use.location());
        return !known;
    }

    /** An input is a file, given by its Base64. */
    void file(String name, String base64) {
        inputs.computeIfPresent(name, (known, input) -> new Input(name, "string", "byte", base64, input.usedIn()));
    }

    /** Whether a segment of the path is one of many, by the endpoint that was learned. */
    private boolean isParameter(int step, Use use) {
        String[] segments = exchanges.get(step).endpoint().template().substring(1).split("/", -1);
        return use.isSegment() && use.at().length() < 4 && Integer.parseInt(use.at()) <= segments.length
                && segments[Integer.parseInt(use.at()) - 1].startsWith("{");
    }

    private Optional<DerivedValue> derived(int step, Use use) {
        String value = use.value();
        String verifier = challenges.get(value);
        if (verifier != null) {
            String name = names.of("verifier " + verifier, "code_verifier");
            made.putIfAbsent(verifier, new Slot(use, verifier, name, List.of(), verifier, Optional.of(nonce(verifier))));
            return Optional.of(new DerivedValue.Pkce(name));
        }
        Optional<DerivedValue> time = time(value, exchanges.get(step).startMillis());
        if (time.isPresent()) {
            return time;
        }
        if (index.heldBefore(step, value)) {
            return Optional.empty(); // Somebody gave it, though it is not known how to take it from there.
        }
        int times = stepsOf.getOrDefault(value, List.of()).size();
        boolean once = FieldWords.isMadeOnce(use.key()) && value.length() <= ONCE_CHARS_MAX;
        boolean plain = !use.isSegment() && use.part() != Part.COOKIE && !FieldWords.isCredential(use.key());
        return switch (ValueFormat.of(value)) {
            case UUID -> once || times == 1 && plain ? Optional.of(new DerivedValue.Uuid()) : Optional.empty();
            case HEX, BASE64, TOKEN -> once || plain && times == 1 && rotates(step, use) ? Optional.of(nonce(value)) : Optional.empty();
            case WORD, TEXT, INTEGER -> once && value.length() >= 8 && value.indexOf(' ') < 0 ? Optional.of(nonce(value)) : Optional.empty();
            case EMPTY, BOOLEAN, EPOCH_SECONDS, EPOCH_MILLIS, ISO_TIME, ISO_DATE, HTTP_DATE, JWT, TRACE, COUNTER, DECIMAL, URL -> Optional.empty();
        };
    }

    /** Whether a value is one of those that the client makes for each request, by what other requests send there. */
    private boolean rotates(int step, Use use) {
        Place place = places.get(place(step, use));
        boolean made = place != null && place.isMadeEachTime() && use.value().length() <= 64 && !Recipes.mayBeDigest(use.value());
        if (made) {
            guessed.add(use.location());
        }
        return made;
    }

    private boolean isOneOfMany(int step, Use use) {
        Place place = places.get(place(step, use));
        return place != null && place.values.size() > 1;
    }

    /** Places whose values are taken for made up for no other reason than that they differ. */
    Set<String> guessed() {
        return guessed;
    }

    /** A time about that of sending. */
    private static Optional<DerivedValue> time(String value, long nowMillis) {
        try {
            return switch (ValueFormat.of(value)) {
                case EPOCH_SECONDS -> near(Long.parseLong(value.length() > 10 ? value.substring(0, 10) : value) * 1_000, nowMillis, "seconds");
                case EPOCH_MILLIS -> near(Long.parseLong(value.substring(0, 13)), nowMillis, value.length() == 13 ? "millis" : "micros");
                case ISO_TIME -> near(OffsetDateTime.parse(value.replace(' ', 'T')).toInstant().toEpochMilli(), nowMillis, "iso");
                case HTTP_DATE -> near(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)).toEpochMilli(), nowMillis, "http");
                case EMPTY, BOOLEAN, ISO_DATE, UUID, HEX, BASE64, JWT, TOKEN, TRACE, COUNTER, INTEGER, DECIMAL, URL, WORD, TEXT -> Optional.empty();
            };
        } catch (DateTimeParseException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<DerivedValue> near(long millis, long nowMillis, String format) {
        return Math.abs(millis - nowMillis) < NEAR_MILLIS ? Optional.of(new DerivedValue.Timestamp(format)) : Optional.empty();
    }

    private static DerivedValue.Nonce nonce(String value) {
        boolean digits = true;
        boolean hex = true;
        boolean letters = true;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            digits &= c >= '0' && c <= '9';
            hex &= c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
            letters &= Character.isLetterOrDigit(c);
        }
        return new DerivedValue.Nonce(digits ? "digits" : hex ? "hex" : letters ? "alphanumeric" : "base64url", value.length());
    }

    /** Whether it must be said that nothing is known of a value. */
    private boolean isOpen(int step, Use use, Optional<Boolean> changes) {
        if (changes.isPresent()) {
            return changes.get();
        }
        return Strength.of(use.value()) >= Strength.STRONG && use.part() != Part.JWT
                && (use.part() == Part.COOKIE || isOneOfMany(step, use)
                || ValueFormat.of(use.value()) != ValueFormat.URL && ValueFormat.of(use.value()) != ValueFormat.TEXT);
    }

    private String guess(int step, Use use) {
        if (index.heldBefore(step, use.value())) {
            return "of an earlier answer, which held it where no selector is sure to find it";
        }
        if (use.part() == Part.COOKIE) {
            return "set before the recording began, or by a script";
        }
        return Recipes.mayBeDigest(use.value()) ? "a digest or signature of parts or with a key that are not known" : "a " + ValueFormat.of(use.value()).words()
                + " from before the recording, or made by the client";
    }

    static String sample(String value) {
        return value.length() <= SAMPLE_CHARS_MAX ? value : value.substring(0, SAMPLE_CHARS_MAX) + "…";
    }

    /** What is filled in, by exchange. */
    List<Slot> slots(int step) {
        return slots.getOrDefault(step, List.of());
    }

    /** What nothing is known of, in order. */
    List<Open> open() {
        return new ArrayList<>(open.values());
    }

    /** The inputs that these steps use; {@code stepIds} names steps by their seqs. */
    List<TemplateInput> inputs(Map<Long, String> stepIds) {
        List<TemplateInput> all = new ArrayList<>();
        for (Input input : inputs.values()) {
            List<String> usedIn = new ArrayList<>();
            for (String use : input.usedIn()) {
                int blank = use.indexOf(' ');
                Optional.ofNullable(stepIds.get(Long.valueOf(use.substring(0, blank)))).ifPresent(id -> usedIn.add(id + use.substring(blank)));
            }
            if (!usedIn.isEmpty()) {
                all.add(new TemplateInput(input.name(), input.type(), input.format(), input.sample(), usedIn));
            }
        }
        return all;
    }
}
