package proxymcp.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What came of each item of a run, in columns: some 60 octets an item and the sentences of failures, each kept once.
 *
 * <p>Threads: guarded by its owner's lock.
 */
final class RunLedger {
    /** Longer sentences are shortened. */
    static final int REASON_CHARS_MAX = 200;
    /** Different sentences that are kept; behind them items say that theirs was not. */
    private static final int REASONS_MAX = 2_000;
    /** Characters of changed URLs that are kept; items behind them do not show theirs, which is in the session of the run. */
    private static final long SENT_AS_CHARS_MAX = 32 << 20;
    private static final RunItem.State[] STATES = RunItem.State.values();
    private static final Skip.Reason[] SKIPS = Skip.Reason.values();

    private final List<PlanItem> items;
    private final byte[] states;
    private final short[] attempts;
    private final short[] statuses;
    private final long[] bytes;
    private final int[] millis;
    private final short[] classes;
    private final short[] reasons;
    private final long[] recordedIds;
    private final long[] recordedSeqs;
    private final short[] recordedSessions;
    private final Words words = new Words(Short.MAX_VALUE);
    private final Words sentences = new Words(REASONS_MAX);

    private final int[] counts = new int[STATES.length];
    private final TreeMap<Integer, Integer> statusCounts = new TreeMap<>();
    private final TreeMap<String, Integer> errorBuckets = new TreeMap<>();
    private final TreeMap<String, Integer> skippedBuckets = new TreeMap<>();
    private final LatencyHistogram latency = new LatencyHistogram();
    private int retries;
    /** Of items whose method or URL overrides changed; by index. */
    private final Map<Integer, SentAs> sentAs = new HashMap<>();
    private long sentAsChars;
    /** Sessions that answers were recorded to, in the order in which they were first seen. */
    private final Set<String> sessions = new LinkedHashSet<>();

    /** Strings by number. */
    private static final class Words {
        private final int most;
        private final Map<String, Short> numbers = new HashMap<>();
        private final List<String> texts = new ArrayList<>();

        Words(int most) {
            this.most = most;
            number("");
        }

        short number(String text) {
            Short known = numbers.get(text);
            if (known != null) {
                return known;
            }
            if (texts.size() >= most) {
                return number("the reason was not kept, there were too many");
            }
            numbers.put(text, (short) texts.size());
            texts.add(text);
            return (short) (texts.size() - 1);
        }
    }

    /** Nothing sent yet; what the plan skips is skipped. */
    RunLedger(List<PlanItem> items) {
        int size = items.size();
        this.items = items;
        this.states = new byte[size];
        this.attempts = new short[size];
        this.statuses = new short[size];
        this.bytes = new long[size];
        this.millis = new int[size];
        this.classes = new short[size];
        this.reasons = new short[size];
        this.recordedIds = new long[2 * size];
        this.recordedSeqs = new long[size];
        this.recordedSessions = new short[size];
        sentences.number("the reason was not kept, there were too many");
        counts[RunItem.State.PENDING.ordinal()] = size;
        for (PlanItem item : items) {
            if (item.skipped().isPresent()) {
                put(item.index(), ItemResult.skipped(item.skipped().get()));
            }
        }
    }

    /** Whether the item has not ended. */
    boolean isPending(int index) {
        return states[index] == RunItem.State.PENDING.ordinal();
    }

    /** Items in a state. */
    int count(RunItem.State state) {
        return counts[state.ordinal()];
    }

    /** Keeps the result of an item; a second one changes nothing. */
    void put(int index, ItemResult result) {
        if (!isPending(index)) {
            return;
        }
        RunItem.State state = result.state();
        states[index] = (byte) state.ordinal();
        counts[RunItem.State.PENDING.ordinal()]--;
        counts[state.ordinal()]++;
        attempts[index] = (short) Math.min(Short.MAX_VALUE, result.attempts());
        statuses[index] = (short) result.status().orElse(0);
        bytes[index] = result.responseBytes();
        millis[index] = (int) Math.min(Integer.MAX_VALUE, result.durationMillis());
        classes[index] = words.number(result.errorClass());
        reasons[index] = sentences.number(shortened(result.reason()));
        if (result.recorded().isPresent()) {
            RecordedAs recorded = result.recorded().get();
            sessions.add(recorded.sessionId());
            recordedSessions[index] = words.number(recorded.sessionId());
            recordedIds[2 * index] = recorded.exchangeId().getMostSignificantBits();
            recordedIds[2 * index + 1] = recorded.exchangeId().getLeastSignificantBits();
            recordedSeqs[index] = recorded.seq();
        }
        if (result.sentAs().isPresent() && sentAsChars < SENT_AS_CHARS_MAX) {
            sentAs.put(index, result.sentAs().get());
            sentAsChars += result.sentAs().get().url().length();
        }
        count(result);
    }

    private void count(ItemResult result) {
        switch (result.state()) {
            case PENDING -> throw new IllegalArgumentException("no result");
            case SKIPPED -> skippedBuckets.merge(result.errorClass(), 1, Integer::sum);
            case SUCCESS -> latency.add(result.durationMillis());
            case ERROR -> {
                if (!result.errorClass().equals(ItemResult.UNKNOWN)) {
                    latency.add(result.durationMillis());
                }
                errorBuckets.merge(result.errorClass(), 1, Integer::sum);
            }
        }
        if (result.status().isPresent()) {
            statusCounts.merge(result.status().getAsInt(), 1, Integer::sum);
        }
        retries += Math.max(0, result.attempts() - 1);
    }

    private static String shortened(String reason) {
        return reason.length() <= REASON_CHARS_MAX ? reason : reason.substring(0, REASON_CHARS_MAX - 1) + "…";
    }

    /** An item as it is now. */
    RunItem item(int index) {
        RunItem.State state = STATES[states[index]];
        String word = words.texts.get(classes[index]);
        String reason = sentences.texts.get(reasons[index]);
        Optional<Skip> skipped = state == RunItem.State.SKIPPED ? Optional.of(new Skip(reasonOf(word), reason)) : Optional.empty();
        boolean isRecorded = recordedIds[2 * index] != 0 || recordedIds[2 * index + 1] != 0;
        return new RunItem(items.get(index), state, attempts[index], statuses[index] == 0 ? OptionalInt.empty() : OptionalInt.of(statuses[index]),
                bytes[index], millis[index], state == RunItem.State.ERROR ? Optional.of(word) : Optional.empty(),
                skipped.isPresent() ? "" : reason,
                isRecorded ? Optional.of(new RecordedAs(words.texts.get(recordedSessions[index]), new UUID(recordedIds[2 * index], recordedIds[2 * index + 1]),
                        recordedSeqs[index])) : Optional.empty(), Optional.ofNullable(sentAs.get(index)), skipped);
    }

    /** The reason with this name. */
    static Skip.Reason reasonOf(String id) {
        for (Skip.Reason reason : SKIPS) {
            if (reason.id().equals(id)) {
                return reason;
            }
        }
        return Skip.Reason.ABORTED;
    }

    /** How many items are asked for. */
    int total(RunItem.Only only) {
        return switch (only) {
            case ALL -> items.size();
            case FAILED -> count(RunItem.State.ERROR);
            case SKIPPED -> count(RunItem.State.SKIPPED);
        };
    }

    /** Items by index, {@code limit} of them at most, those before {@code offset} left out. */
    List<RunItem> items(RunItem.Only only, int offset, int limit) {
        List<RunItem> page = new ArrayList<>();
        int before = 0;
        for (int index = 0; index < states.length && page.size() < limit; index++) {
            boolean asked = switch (only) {
                case ALL -> true;
                case FAILED -> states[index] == RunItem.State.ERROR.ordinal();
                case SKIPPED -> states[index] == RunItem.State.SKIPPED.ordinal();
            };
            if (asked && before++ >= offset) {
                page.add(item(index));
            }
        }
        return page;
    }

    /** The numbers. */
    RunReport report(RunReport.State state, RunFacts facts) {
        int executed = count(RunItem.State.SUCCESS) + count(RunItem.State.ERROR);
        double seconds = facts.elapsedMillis() / 1e3;
        return new RunReport(facts.replayId(), facts.sessionId(), state, facts.reason(), states.length, count(RunItem.State.SUCCESS),
                count(RunItem.State.ERROR), count(RunItem.State.SKIPPED), count(RunItem.State.PENDING), retries,
                Collections.unmodifiableMap(new TreeMap<>(statusCounts)), Collections.unmodifiableMap(new TreeMap<>(errorBuckets)),
                Collections.unmodifiableMap(new TreeMap<>(skippedBuckets)),
                new RunReport.Latency(latency.quantile(0.5), latency.quantile(0.9), latency.quantile(0.99), latency.max()),
                seconds > 0 ? executed / seconds : 0, facts.startedAtMillis(), facts.endedAtMillis(), facts.selectionNotes(), facts.note(), List.copyOf(sessions), facts.waitingFor());
    }

    /**
     * What a report says beside the items.
     *
     * @param elapsedMillis how long the run has been sending
     * @param selectionNotes those of its plan
     * @param waitingFor what holds it up
     */
    record RunFacts(ReplayId replayId, String sessionId, String reason, long startedAtMillis, Optional<Long> endedAtMillis, long elapsedMillis,
            List<String> selectionNotes, Optional<String> note, Optional<String> waitingFor) {}
}
