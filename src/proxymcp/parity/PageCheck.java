package proxymcp.parity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
    private static final int NOTICE_WORDS_MAX = 60;
    private static final int NOTICE_CHARS_MAX = 400;
    private static final int TEXT_CHARS_READ = 100_000;
    /** What a page is there for takes so many words at least. */
    private static final int CONTENT_MIN = 3;
    private static final int CONTENT_TO_SHRINK = 20;
    /** Elements of one kind that make a list. */
    private static final int LIST_MIN = 3;
    /** A list of so many that is a third of it, or less, is not just another day. */
    private static final int LONG_LIST_MIN = 6;
    private static final int LONG_LIST_PART = 3;

    private final Optional<LearnedSchema> schema;
    private final Weights weights;
    private final Findings findings;

    PageCheck(Optional<LearnedSchema> schema, Weights weights, Findings findings) {
        this.schema = schema;
        this.weights = weights;
        this.findings = findings;
    }

    /** Whether most of what the baseline's answer is made of is not there, or something short that it does not say stands in its place. */
    boolean isGone(Answer baseline, Answer other) {
        if (baseline.content() instanceof Answer.Content.Html one && other.content() instanceof Answer.Content.Html two) {
            Set<String> constant = constant(one.page());
            int lost = lost(constant, two.page()).size();
            return isReplaced(one.page().content(), two.page().content())
                    || (constant.size() < FEATURES_MIN ? ValueCheck.common(one.page().words(), two.page().words()) * 3 < one.page().words().size()
                    : lost * 2 >= constant.size());
        }
        if (baseline.content() instanceof Answer.Content.Text one && other.content() instanceof Answer.Content.Text two) {
            return two.text().length() * 2 < one.text().length() || two.text().length() <= NOTICE_CHARS_MAX && isReplaced(words(one.text()), words(two.text()));
        }
        return baseline.content().getClass() != other.content().getClass();
    }

    private static List<String> words(String text) {
        return text.length() > TEXT_CHARS_READ ? words(text.substring(0, TEXT_CHARS_READ)) : List.of(text.strip().split("\\s+"));
    }

    /** Notices in place of what was wanted are short, and have few of its words. */
    private static boolean isReplaced(List<String> before, List<String> now) {
        return !before.isEmpty() && now.size() <= NOTICE_WORDS_MAX && ValueCheck.common(before, now) * 3 < before.size();
    }

    /** Whether a page lost what it is there for, and what is left of it is not some of that. */
    private static boolean isHollow(List<String> before, List<String> now) {
        int common = ValueCheck.common(before, now);
        return before.size() >= CONTENT_MIN && (now.isEmpty() || common == 0 && now.size() * 5 < before.size() * 2)
                || before.size() >= CONTENT_TO_SHRINK && now.size() * 4 < before.size() && common * 2 < now.size();
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
        boolean hollow = isHollow(html.page().content(), page.content());
        if (bare || hollow || constant.size() >= FEATURES_MIN && lost.size() * 2 >= constant.size()) {
            int now = hollow ? page.content().size() : page.words().size();
            findings.add(at(""), DriftKind.EMPTY_SHELL, constant.size() + " features, " + (hollow ? html.page().content().size() : words) + " words",
                    constant.size() - lost.size() + " of them, " + now + " words", Severity.HIGH);
            return;
        }
        emptied(html.page(), lost);
        shortened(constant, page);
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

    /** A list or table that is far shorter than in all pages. The one that lost most is told. */
    private void shortened(Set<String> constant, Page page) {
        Optional<String> most = Optional.empty();
        int mostLost = 0;
        for (String feature : new TreeSet<>(constant)) {
            int fewest = schema.map(known -> known.fewest(feature)).orElse(0);
            int now = page.counts().getOrDefault(feature, 0);
            if (fewest >= LONG_LIST_MIN && now > 0 && now * LONG_LIST_PART <= fewest && fewest - now > mostLost) {
                most = Optional.of(feature);
                mostLost = fewest - now;
            }
        }
        most.ifPresent(feature -> findings.add(at(feature), DriftKind.ARRAY_LENGTH, "at least " + schema.map(known -> known.fewest(feature)).orElse(0) + " of them",
                Integer.toString(page.counts().get(feature)), Severity.MEDIUM));
    }

    private static boolean isForm(String feature) {
        return feature.equals("form") || feature.startsWith("input") || feature.startsWith("select[") || feature.startsWith("textarea[");
    }

    private static Location at(String feature) {
        return Findings.at(Part.BODY, feature);
    }

    /** A text beside one of the baseline. */
    void text(Answer baseline, String text) {
        if (!(baseline.content() instanceof Answer.Content.Text before)) {
            return;
        }
        if (text.isBlank() && !before.text().isBlank() || before.text().length() >= TEXT_CHARS_MIN && text.length() * SHELL < before.text().length()) {
            findings.add(at(""), DriftKind.EMPTY_SHELL, before.text().length() + " characters", text.length() + " characters", Severity.HIGH);
            return;
        }
        // Whatever it is called now, it is read as a table if it was one.
        TextTable.of(baseline.mediaType(), before.text()).ifPresent(table -> table(table, TextTable.of(baseline.mediaType(), text)));
    }

    private void table(TextTable before, Optional<TextTable> now) {
        if (now.isEmpty() || now.get().delimiter() != before.delimiter() || !before.hasNames() && now.get().cells().size() != before.cells().size()) {
            findings.add(at(""), DriftKind.FORMAT_CHANGED, before.words(), now.map(TextTable::words).orElse("no table"), now.isEmpty() ? Severity.HIGH : Severity.MEDIUM);
            return;
        }
        if (!before.hasNames()) {
            return;
        }
        List<String> names = now.get().cells();
        int told = 0;
        for (String name : before.cells()) {
            if (!names.contains(name) && told++ < FEATURES_TOLD_MAX) {
                boolean key = weights.isKey(findings.endpoint(), at(name));
                findings.add(at(name), DriftKind.REMOVED, "a column", "absent", key ? Severity.CRITICAL : Severity.HIGH);
            }
        }
        List<String> kept = new ArrayList<>();
        for (String name : names) {
            if (before.cells().contains(name)) {
                kept.add(name);
            } else if (told++ < FEATURES_TOLD_MAX) {
                findings.add(at(name), DriftKind.ADDED, "absent", "a column", Severity.LOW);
            }
        }
        if (kept.size() == before.cells().size() && !kept.equals(before.cells())) {
            findings.add(at(""), DriftKind.ORDER_CHANGED, Shown.text(String.join(", ", before.cells())), Shown.text(String.join(", ", names)), Severity.MEDIUM);
        }
    }
}
