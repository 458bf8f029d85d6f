package proxymcp.parity;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import proxymcp.diff.Location;
import proxymcp.diff.Part;

/** Holds pages and texts against what was learned. */
final class PageCheck {
    private static final int FEATURES_MIN = 4;
    private static final int FEATURES_TOLD_MAX = 20;
    private static final int WORDS_MIN = 40;
    private static final int TEXT_CHARS_MIN = 200;
    /** A page or text with fewer than one in so many of the words is empty. */
    private static final int SHELL = 10;
    /** Elements of one kind that make a list. */
    private static final int LIST_MIN = 3;

    private final Optional<LearnedSchema> schema;
    private final Weights weights;
    private final Findings findings;

    PageCheck(Optional<LearnedSchema> schema, Weights weights, Findings findings) {
        this.schema = schema;
        this.weights = weights;
        this.findings = findings;
    }

    /** Whether most of what the baseline's answer is made of is not there. */
    boolean isGone(Answer baseline, Answer other) {
        if (baseline.content() instanceof Answer.Content.Html one && other.content() instanceof Answer.Content.Html two) {
            Set<String> constant = constant(one.page());
            int lost = lost(constant, two.page()).size();
            return constant.size() < FEATURES_MIN ? ValueCheck.common(one.page().words(), two.page().words()) * 3 < one.page().words().size()
                    : lost * 2 >= constant.size();
        }
        if (baseline.content() instanceof Answer.Content.Text one && other.content() instanceof Answer.Content.Text two) {
            return two.text().length() * 2 < one.text().length();
        }
        return baseline.content().getClass() != other.content().getClass();
    }

    private Set<String> constant(Page page) {
        return schema.map(LearnedSchema::constantFeatures).orElse(page.features());
    }

    private static Set<String> lost(Set<String> constant, Page page) {
        Set<String> lost = new TreeSet<>(constant);
        lost.removeAll(page.features());
        return lost;
    }

    /** A page beside one of the baseline. */
    void check(Answer baseline, Page page) {
        if (!(baseline.content() instanceof Answer.Content.Html html)) {
            return;
        }
        Set<String> constant = constant(html.page());
        Set<String> lost = lost(constant, page);
        int words = html.page().words().size();
        boolean bare = words >= WORDS_MIN && page.words().size() * SHELL < words;
        if (bare || constant.size() >= FEATURES_MIN && lost.size() * 2 >= constant.size()) {
            findings.add(at(""), DriftKind.EMPTY_SHELL, constant.size() + " features, " + words + " words", constant.size() - lost.size() + " of them, "
                    + page.words().size() + " words", Severity.HIGH);
            return;
        }
        emptied(html.page(), lost);
        int told = 0;
        for (String feature : lost) {
            if (told++ < FEATURES_TOLD_MAX) {
                Severity severity = weights.isKey(findings.endpoint(), at(feature)) ? Severity.CRITICAL : isForm(feature) ? Severity.MEDIUM : Severity.LOW;
                findings.add(at(feature), DriftKind.REMOVED, "in all pages", "absent", severity);
            }
        }
        Set<String> added = new HashSet<>(page.features());
        added.removeIf(feature -> !isForm(feature) || schema.map(known -> known.isKnownFeature(feature)).orElse(true));
        for (String feature : new TreeSet<>(added)) {
            if (told++ < FEATURES_TOLD_MAX) {
                findings.add(at(feature), DriftKind.ADDED, "absent", "present", Severity.LOW);
            }
        }
    }

    /** What stood there again and again, in all pages, and is gone: a list or table that lost all it had. The one that stood there most is told. */
    private void emptied(Page before, Set<String> lost) {
        Optional<String> most = Optional.empty();
        for (String feature : lost) {
            int count = before.counts().getOrDefault(feature, 0);
            if (count >= LIST_MIN && (most.isEmpty() || count > before.counts().get(most.get()))) {
                most = Optional.of(feature);
            }
        }
        most.ifPresent(feature -> findings.add(at(feature), DriftKind.EMPTY_ARRAY, before.counts().get(feature) + " of them", "none", Severity.HIGH));
    }

    private static boolean isForm(String feature) {
        return feature.equals("form") || feature.startsWith("input") || feature.startsWith("select[") || feature.startsWith("textarea[");
    }

    private static Location at(String feature) {
        return Findings.at(Part.BODY, feature);
    }

    /** A text beside one of the baseline. */
    void text(Answer baseline, String text) {
        if (baseline.content() instanceof Answer.Content.Text before && (text.isBlank() && !before.text().isBlank()
                || before.text().length() >= TEXT_CHARS_MIN && text.length() * SHELL < before.text().length())) {
            findings.add(at(""), DriftKind.EMPTY_SHELL, before.text().length() + " characters", text.length() + " characters", Severity.HIGH);
        }
    }
}
