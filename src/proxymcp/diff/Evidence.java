package proxymcp.diff;

import java.util.Arrays;
import java.util.List;

/**
 * How much it tells for and against two exchanges answering to each other that a field has the same value in both, as in the linking of records
 * (Fellegi and Sunter, 1969): logarithms of how often that is among those that do, against how often it is by chance. How often it is among those
 * that do is guessed from how many values both sessions know, and learned from pairs that are sure. Not for several threads.
 */
final class Evidence {
    /** What speaks for a pair; above 0 for it, below 0 against it. */
    record Likeness(double request, double response) {
        double total() {
            return request + response;
        }
    }

    private static final double RATE_LEAST = 0.02;
    private static final double RATE_MOST = 0.98;
    /** A field that agrees less often in pairs says nothing when it differs. */
    private static final double STEADY = 0.7;
    private static final double SHARED = 0.5;
    private static final double CHANCE_MOST = 0.4;
    private static final double RESPONSE_WEIGHT = 0.7;
    private static final double PRESENCE_WEIGHT = 0.5;
    private static final double VALUE_MOST = 6;
    private static final double OTHER_STATUS = 0.3;
    private static final double OTHER_STATUS_CLASS = 1;
    private static final double PRIOR_PAIRS = 2;

    private final long[][] a;
    private final long[][] b;
    private final FeatureIndex inA;
    private final FeatureIndex inB;
    private final long[] fields;
    private final int[][] fieldsOfA;
    private final int[][] fieldsOfB;
    /** For each feature of each exchange of A how common its value is in the session where it is more common; 0 where B does not know it. */
    private final float[][] common;
    private final double[] chance;
    private final double[] chanceOfPresence;
    private final double[] agreeing;
    private final double[] presentAlike;

    Evidence(long[][] a, long[][] b, FeatureIndex inA, FeatureIndex inB) {
        this.a = a;
        this.b = b;
        this.inA = inA;
        this.inB = inB;
        this.fields = fieldsOf(inA, inB);
        this.fieldsOfA = places(a);
        this.fieldsOfB = places(b);
        this.chance = new double[fields.length];
        this.chanceOfPresence = new double[fields.length];
        this.agreeing = new double[fields.length];
        this.presentAlike = new double[fields.length];
        this.common = commonness();
        guess();
    }

    private static long[] fieldsOf(FeatureIndex inA, FeatureIndex inB) {
        long[] all = new long[inA.keys().length + inB.keys().length];
        int count = 0;
        for (FeatureIndex index : List.of(inA, inB)) {
            for (long key : index.keys()) {
                if (Outlines.isField(key)) {
                    all[count++] = key;
                }
            }
        }
        return Arrays.stream(all, 0, count).sorted().distinct().toArray();
    }

    private int[][] places(long[][] documents) {
        int[][] places = new int[documents.length][];
        for (int i = 0; i < documents.length; i++) {
            int[] found = new int[documents[i].length];
            int count = 0;
            for (long feature : documents[i]) {
                if (Outlines.isField(feature)) {
                    found[count++] = Arrays.binarySearch(fields, feature);
                }
            }
            places[i] = Arrays.copyOf(found, count);
        }
        return places;
    }

    private float[][] commonness() {
        float[][] rates = new float[a.length][];
        for (int i = 0; i < a.length; i++) {
            rates[i] = new float[a[i].length];
            for (int k = 0; k < a[i].length; k++) {
                int known = inB.count(inB.at(a[i][k]));
                rates[i][k] = known == 0 ? 0 : (float) Math.max((double) inA.count(inA.at(a[i][k])) / a.length, (double) known / b.length);
            }
        }
        return rates;
    }

    private void guess() {
        double[] together = new double[fields.length];
        double[] values = new double[fields.length];
        long[] key = inA.keys();
        for (int i = 0; i < key.length; i++) {
            if (!Outlines.isField(key[i])) {
                together[place(key[i])] += (double) inA.count(i) * inB.count(inB.at(key[i]));
                values[place(key[i])] += inA.count(i);
            }
        }
        int[] knownA = known(a, inB);
        int[] knownB = known(b, inA);
        for (int field = 0; field < fields.length; field++) {
            double presentA = inA.count(inA.at(fields[field]));
            double presentB = inB.count(inB.at(fields[field]));
            double rateA = presentA / a.length;
            double rateB = presentB / b.length;
            chance[field] = presentA * presentB == 0 ? 0 : Math.min(1, together[field] / (values[field] * presentB));
            chanceOfPresence[field] = rateA * rateB + (1 - rateA) * (1 - rateB);
            // One session may have seen less than the other: the better side tells.
            agreeing[field] = Math.max((knownA[field] + 1) / (presentA + 2), (knownB[field] + 1) / (presentB + 2));
            presentAlike[field] = 0.5;
        }
    }

    /** For each field the exchanges that have a value of it which the other session has too. */
    private int[] known(long[][] documents, FeatureIndex other) {
        int[] known = new int[fields.length];
        for (long[] document : documents) {
            long counted = -1;
            for (long feature : document) {
                if (!Outlines.isField(feature) && Outlines.field(feature) != counted && other.at(feature) >= 0) {
                    counted = Outlines.field(feature);
                    known[place(feature)]++;
                }
            }
        }
        return known;
    }

    private int place(long feature) {
        return Arrays.binarySearch(fields, Outlines.field(feature));
    }

    /** Whether the values of a field, given by any of its features, are mostly the same in both sessions. */
    boolean isShared(long feature) {
        return agreeing[place(feature)] >= SHARED;
    }

    /** Whether the values of a field, given by any of its features, are the same in both sessions and tell many exchanges apart. */
    boolean isTelling(long feature) {
        int place = place(feature);
        return agreeing[place] >= SHARED && chance[place] <= CHANCE_MOST;
    }

    /** Learns from pairs that are sure how often each field agrees. */
    void learn(List<int[]> pairs) {
        double[] both = new double[fields.length];
        double[] agreed = new double[fields.length];
        double[] alike = new double[fields.length];
        for (int[] pair : pairs) {
            walk(pair[0], pair[1], (field, overlap, worth) -> {
                if (overlap < 0) {
                    alike[field]--;
                } else {
                    both[field]++;
                    agreed[field] += overlap;
                }
            });
        }
        for (int field = 0; field < fields.length; field++) {
            agreeing[field] = (agreed[field] + PRIOR_PAIRS * agreeing[field]) / (both[field] + PRIOR_PAIRS);
            presentAlike[field] = (pairs.size() + alike[field] + PRIOR_PAIRS / 2) / (pairs.size() + PRIOR_PAIRS);
        }
    }

    private interface Meeting {
        /**
         * @param overlap share of the values that both have; below 0 where one has no such field
         * @param worth mean of the logarithms of how rare the common ones are
         */
        void field(int field, double overlap, double worth);
    }

    /** Steps through the fields of two exchanges side by side. */
    private void walk(int ofA, int ofB, Meeting meeting) {
        long[] left = a[ofA];
        long[] right = b[ofB];
        int[] leftFields = fieldsOfA[ofA];
        int[] rightFields = fieldsOfB[ofB];
        int i = 0;
        int j = 0;
        int at = 0;
        int other = 0;
        while (i < leftFields.length || j < rightFields.length) {
            int field = i == leftFields.length ? Integer.MAX_VALUE : leftFields[i];
            int otherField = j == rightFields.length ? Integer.MAX_VALUE : rightFields[j];
            int end = field <= otherField ? end(left, at) : at;
            int otherEnd = otherField <= field ? end(right, other) : other;
            if (field == otherField) {
                meet(field, ofA, at + 1, end, right, other + 1, otherEnd, meeting);
            } else {
                meeting.field(Math.min(field, otherField), -1, 0);
            }
            i += field <= otherField ? 1 : 0;
            j += otherField <= field ? 1 : 0;
            at = end;
            other = otherEnd;
        }
    }

    private static int end(long[] features, int field) {
        int end = field + 1;
        while (end < features.length && !Outlines.isField(features[end])) {
            end++;
        }
        return end;
    }

    private void meet(int field, int ofA, int at, int end, long[] right, int other, int otherEnd, Meeting meeting) {
        int i = at;
        int j = other;
        int same = 0;
        double worth = 0;
        while (i < end && j < otherEnd) {
            int order = Long.compare(a[ofA][i], right[j]);
            if (order == 0) {
                same++;
                worth -= Math.log(common[ofA][i]);
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        int most = Math.max(end - at, otherEnd - other);
        meeting.field(field, most == 0 ? 1 : (double) same / most, same == 0 ? 0 : worth / same);
    }

    /** How alike two exchanges are. */
    Likeness likeness(int ofA, int ofB, int statusA, int statusB) {
        double[] sums = new double[2];
        walk(ofA, ofB, (field, overlap, worth) -> {
            boolean response = Outlines.isOfResponse(fields[field]);
            double rate = overlap < 0 ? presentAlike[field] : agreeing[field];
            double byChance = overlap < 0 ? chanceOfPresence[field] : chance[field];
            double against = rate < STEADY ? 0 : Math.log((1 - bounded(rate)) / (1 - bounded(byChance)));
            double sum = overlap < 0 ? PRESENCE_WEIGHT * Math.min(0, against)
                    : overlap * Math.max(0, Math.min(VALUE_MOST, worth + Math.log(bounded(rate)))) + (1 - overlap) * Math.min(0, against);
            sums[response ? 1 : 0] += response ? RESPONSE_WEIGHT * sum : sum;
        });
        double status = statusA == statusB ? 0 : statusA / 100 == statusB / 100 ? OTHER_STATUS : OTHER_STATUS_CLASS;
        return new Likeness(sums[0], sums[1] - status);
    }

    private static double bounded(double rate) {
        return Math.max(RATE_LEAST, Math.min(RATE_MOST, rate));
    }
}
