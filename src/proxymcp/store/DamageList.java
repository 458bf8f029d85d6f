package proxymcp.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Damage found while a log is read, and the exchanges that refer into it. Not for several threads. */
final class DamageList {
    private record Found(long length, String kind, long seq, SortedSet<Long> exchanges) {}

    /** By position of the first octet. */
    private final TreeMap<Long, Found> found = new TreeMap<>();

    void add(int segment, long offset, long length, String kind, long seq) {
        SortedSet<Long> exchanges = new TreeSet<>();
        if (seq != 0) {
            exchanges.add(seq);
        }
        found.put(Position.of(segment, (int) offset), new Found(length, kind, seq, exchanges));
    }

    /**
     * A record of {@code seq} refers to {@code position}: if that is damaged, the exchange has lost something.
     *
     * @return whether it is
     */
    boolean refer(long seq, long position) {
        Map.Entry<Long, Found> before = position == Position.NONE ? null : found.floorEntry(position);
        if (before == null) {
            return false;
        }
        boolean cut = before.getValue().kind().equals(Damage.CUT);
        if (cut || position < before.getKey() + Math.max(1, before.getValue().length())) {
            before.getValue().exchanges().add(seq);
            return true;
        }
        return false;
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** Whether anything of a segment is damaged. */
    boolean isIn(int segment) {
        Map.Entry<Long, Found> last = found.lowerEntry(Position.of(segment + 1, 0));
        return last != null && Position.segment(last.getKey()) == segment;
    }

    /** How many places are damaged. */
    int size() {
        return found.size();
    }

    /** An exchange lost something with the damage found since there were {@code before} places; it is not known with which of them. */
    void touch(int before, long seq) {
        int left = found.size() - before;
        for (Found last : found.descendingMap().values()) {
            if (left-- <= 0) {
                return;
            }
            last.exchanges().add(seq);
        }
    }

    /** What looked like the end that a crash leaves is a cut, as records that followed are missing. */
    void lastTailWasCut() {
        Map.Entry<Long, Found> last = found.lastEntry();
        if (last != null && last.getValue().kind().equals(Damage.TORN_TAIL)) {
            Found tail = last.getValue();
            found.put(last.getKey(), new Found(tail.length(), Damage.BYTES, tail.seq(), tail.exchanges()));
        }
    }

    /** The end of a log that is being written is no damage. */
    void dropLastTail(int lastSegment) {
        Map.Entry<Long, Found> last = found.lastEntry();
        if (last != null && Position.segment(last.getKey()) == lastSegment && last.getValue().kind().equals(Damage.TORN_TAIL)) {
            found.remove(last.getKey());
        }
    }

    /** All damage, in the order of the log. */
    List<Damage> list() {
        List<Damage> damage = new ArrayList<>();
        found.forEach((position, one) -> damage.add(new Damage(Position.segment(position), Position.offset(position) & 0xFFFF_FFFFL,
                one.length(), one.kind(), one.seq(), List.copyOf(one.exchanges()))));
        return List.copyOf(damage);
    }
}
