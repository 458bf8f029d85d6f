package proxymcp.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What could not be salvaged of a session, and what is known of the damage of its log. Not for several threads. */
final class SalvageLosses {
    private final List<Salvaged.Lost> lost = new ArrayList<>();
    /** Damage by exchanges that are known to be touched. */
    private final Map<Long, Damage> touched = new HashMap<>();
    /** Damage of which it is not known whose it is, by position. */
    private final TreeMap<Long, Damage> unknown = new TreeMap<>();
    private long total;
    private long exchanges;

    SalvageLosses(List<Damage> damage) {
        for (Damage place : damage) {
            if (place.isHarmful()) {
                place.exchanges().forEach(seq -> touched.putIfAbsent(seq, place));
                if (place.seq() == 0) {
                    unknown.put(Position.of(place.segment(), (int) place.offset()), place);
                }
            }
        }
    }

    /** All of an exchange. */
    void exchange(long seq, String reason) {
        exchanges++;
        part(seq, "exchange", reason);
    }

    /** Part of an exchange. */
    void part(long seq, String part, String reason) {
        total++;
        if (lost.size() < Salvaged.LOST_MAX) {
            lost.add(new Salvaged.Lost(seq, part, reason));
        }
    }

    /** Damage that has or may have cost an exchange records, between its first and its last. */
    Optional<Damage> touching(long seq, long first, long last) {
        Damage known = touched.get(seq);
        if (known != null) {
            return Optional.of(known);
        }
        Map.Entry<Long, Damage> next = unknown.ceilingEntry(first);
        return next != null && next.getKey() < last ? Optional.of(next.getValue()) : Optional.empty();
    }

    /** The first of them. */
    List<Salvaged.Lost> list() {
        return lost;
    }

    /** How many there are. */
    long total() {
        return total;
    }

    /** How many of them are whole exchanges. */
    long exchanges() {
        return exchanges;
    }
}
