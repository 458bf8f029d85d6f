package proxymcp.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Judges the fields that differ and puts the most telling first. */
final class FieldRanking {
    /** A difference that is this often between sessions that work, compared with that to the other one, is noise. */
    private static final double NOISE_SHARE = 0.5;
    private static final double SEPARATES_SHARE = 0.1;
    private static final int PAIRS_TO_TELL = 8;
    private static final Comparator<ChangedField> ORDER = Comparator.comparing((ChangedField field) -> !field.separates() || field.isNoise())
            .thenComparing(ChangedField::isNoise).thenComparing(field -> !field.role().role().isAuth()).thenComparing(FieldRanking::weight)
            .thenComparing(field -> field.volatility().score()).thenComparing(field -> -field.pairs())
            .thenComparing(field -> field.endpoint().toString()).thenComparing(field -> field.location().toString()).thenComparing(ChangedField::kind);

    private final SessionSide a;
    private final SessionSide b;
    private final Comparison comparison;
    private final List<Comparison> baselines;
    private final Optional<Endpoint> endpointInB;
    private final Set<Place> restless;

    /** A field wherever it is at a host. */
    private record Place(String host, Location location) {
        Place(FieldTally.Key key) {
            this(key.endpoint().host(), key.location());
        }
    }

    /**
     * @param endpointInB of the exchange in B, where just two are compared, which need not be alike
     * @param baselines A compared with other sessions that work
     */
    FieldRanking(SessionSide a, SessionSide b, Comparison comparison, Optional<Endpoint> endpointInB, List<Comparison> baselines) {
        this.endpointInB = endpointInB;
        this.a = a;
        this.b = b;
        this.comparison = comparison;
        this.baselines = baselines;
        this.restless = restless();
    }

    /** Fields that vary by themselves: what one endpoint of a host shows goes for the others too, where it may be asked too seldom to tell. */
    private Set<Place> restless() {
        Set<Place> found = new HashSet<>();
        comparison.tallies().forEach((key, tally) -> {
            boolean always = a.stats().of(key.endpoint()).field(key.location()).isRestless() && b.stats().of(key.endpoint()).field(key.location()).isRestless();
            boolean single = key.kind() == ChangeKind.CHANGED && !key.location().name().contains("[*]");
            if (always || single && tally.isDrawn()) {
                found.add(new Place(key));
            }
        });
        return found;
    }

    /** Where a tally went: its place in the ranking by its number. */
    static int[] places(List<ChangedField> ranked, List<ChangedField> byNumber) {
        Map<ChangedField, Integer> places = new IdentityHashMap<>();
        for (int i = 0; i < ranked.size(); i++) {
            places.put(ranked.get(i), i);
        }
        int[] found = new int[byNumber.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = places.get(byNumber.get(i));
        }
        return found;
    }

    static List<ChangedField> ranked(List<ChangedField> fields) {
        List<ChangedField> ranked = new ArrayList<>(fields);
        ranked.sort(ORDER);
        return ranked;
    }

    /** Every field that differs, in the order of the tallies. */
    List<ChangedField> fields(boolean suppress) {
        Map<Endpoint, Map<List<String>, List<Location>>> goneAndCome = goneAndCome();
        List<ChangedField> fields = new ArrayList<>();
        for (Map.Entry<FieldTally.Key, FieldTally> entry : comparison.tallies().entrySet()) {
            fields.add(field(entry.getKey(), entry.getValue(), goneAndCome, suppress));
        }
        return fields;
    }

    private ChangedField field(FieldTally.Key key, FieldTally tally, Map<Endpoint, Map<List<String>, List<Location>>> goneAndCome, boolean suppress) {
        EndpointStats statsA = a.stats().of(key.endpoint());
        EndpointStats statsB = b.stats().of(endpointInB.orElse(key.endpoint()));
        Location location = key.location();
        FieldFacts facts = new FieldFacts(location, key.kind(), statsA.field(location), statsB.field(location), statsA.exchangesThatTell(location),
                statsB.exchangesThatTell(location), tally.pairs(), comparison.pairsOf(key.endpoint()), tally.pairsOfOtherPath(), tally.isMadeUpOnly(),
                comesAndGoes(location), statsA.siblingsChange(location) || statsB.siblingsChange(location), restless.contains(new Place(key)));
        RoleGuess role = Roles.of(facts);
        boolean noise = isNoiseOfBaselines(key) && !isPartedFromBaselines(facts, key);
        Volatility alone = Volatility.of(facts, role.role());
        // A made-up value is not the same by chance; a word such as HIT is, in a few exchanges.
        boolean chance = alone.score() >= Volatility.NOISE && !facts.format().isMadeUp();
        boolean separates = !noise && isSeparating(key, chance ? PAIRS_TO_TELL : 1);
        Volatility volatility = alone.amongBaselines(noise, separates);
        boolean afterStatus = key.location().part() != Part.STATUS && key.location().side() == Side.RESPONSE && tally.isAfterStatus();
        return new ChangedField(key.endpoint(), key.location(), key.kind(), role, volatility, separates, afterStatus,
                partner(key, tally, goneAndCome), tally.samplesA(), tally.samplesB(), tally.count(), tally.pairs(),
                suppress && volatility.score() >= Volatility.NOISE);
    }

    /** Asked of what an origin adds to messages of any endpoint. */
    private boolean comesAndGoes(Location location) {
        if (location.part() != Part.HEADER && location.part() != Part.COOKIE) {
            return false;
        }
        SessionStats.Presence inA = a.stats().presence(location);
        SessionStats.Presence inB = b.stats().presence(location);
        int flapping = inA.flapping() + inB.flapping();
        return flapping > 1 && flapping * 2 >= inA.endpoints() + inB.endpoints();
    }

    private boolean isNoiseOfBaselines(FieldTally.Key key) {
        for (Comparison baseline : baselines) {
            double rate = baseline.rate(key);
            if (rate > 0 && rate >= NOISE_SHARE * comparison.rate(key)) {
                return true;
            }
        }
        return false;
    }

    /** Whether B treats a field in another way than A while the other sessions that work treat it as A does: then it may have any value there. */
    private boolean isPartedFromBaselines(FieldFacts facts, FieldTally.Key key) {
        if (!Volatility.isParted(facts)) {
            return false;
        }
        for (Comparison baseline : baselines) {
            EndpointStats other = baseline.statsB().of(key.endpoint());
            if (Volatility.isParted(facts.insteadOfB(other.field(key.location()), other.exchangesThatTell(key.location())))) {
                return false;
            }
        }
        return true;
    }

    private boolean isSeparating(FieldTally.Key key, int pairsMin) {
        long pairs = 0;
        for (Comparison baseline : baselines) {
            pairs += baseline.pairsOf(key.endpoint());
            if (baseline.rate(key) > SEPARATES_SHARE * comparison.rate(key)) {
                return false;
            }
        }
        return pairs >= pairsMin;
    }

    /** Fields that came or went, by their values: a renamed one is there twice. */
    private Map<Endpoint, Map<List<String>, List<Location>>> goneAndCome() {
        Map<Endpoint, Map<List<String>, List<Location>>> found = new HashMap<>();
        for (Map.Entry<FieldTally.Key, FieldTally> entry : comparison.tallies().entrySet()) {
            FieldTally.Key key = entry.getKey();
            if (key.kind() == ChangeKind.ADDED || key.kind() == ChangeKind.REMOVED) {
                found.computeIfAbsent(key.endpoint(), added -> new HashMap<>()).computeIfAbsent(values(key, entry.getValue()), added -> new ArrayList<>())
                        .add(key.location());
            }
        }
        return found;
    }

    private static List<String> values(FieldTally.Key key, FieldTally tally) {
        return key.kind() == ChangeKind.ADDED ? tally.samplesB() : tally.samplesA();
    }

    /** The field that this one was renamed from or to, where exactly one has its values on the other side. */
    private String partner(FieldTally.Key key, FieldTally tally, Map<Endpoint, Map<List<String>, List<Location>>> goneAndCome) {
        if (key.kind() != ChangeKind.ADDED && key.kind() != ChangeKind.REMOVED) {
            return "";
        }
        List<Location> alike = goneAndCome.get(key.endpoint()).get(values(key, tally));
        if (alike.size() != 2) {
            return "";
        }
        Location other = alike.get(alike.get(0).equals(key.location()) ? 1 : 0);
        ChangeKind kind = key.kind() == ChangeKind.ADDED ? ChangeKind.REMOVED : ChangeKind.ADDED;
        FieldTally found = comparison.tallies().get(new FieldTally.Key(key.endpoint(), other, kind));
        return found != null && found.pairs() == tally.pairs() && other.side() == key.location().side() ? other.toString() : "";
    }

    /** What may be a cause before what is a consequence: the status, the request, the response, and last what only follows another status. */
    private static int weight(ChangedField field) {
        if (field.afterStatus()) {
            return 9;
        }
        boolean structure = field.kind() != ChangeKind.CHANGED && field.kind() != ChangeKind.REORDERED;
        return switch (field.location().part()) {
            case STATUS -> 0;
            case METHOD, VERSION, TLS -> 2;
            case HEADER_ORDER, HEADER_CASE -> 4;
            case TIMING -> 8;
            case PATH, QUERY, HEADER, COOKIE, FORM, MULTIPART, JSON, JWT, LAYER, BODY ->
                    field.location().side() == Side.REQUEST ? structure ? 1 : 3 : structure ? 5 : 6;
        };
    }
}
