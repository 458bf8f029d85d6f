package proxymcp.parity;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;

/** What answers of one endpoint and status class look like, learned from all baselines. Not for several threads. */
final class LearnedSchema {
    private static final int FEATURES_MAX = 5_000;
    private static final int HEADERS_MAX = 200;

    private final ShapeNode.Budget budget;
    private final Map<Part, ShapeNode> trees = new EnumMap<>(Part.class);
    private final Map<String, Integer> features = new HashMap<>();
    private final Map<String, Integer> fewest = new HashMap<>();
    private final Map<String, Integer> headers = new HashMap<>();
    private int answers;
    private int known;
    private int pages;
    private int texts;
    private int octets;
    private int empty;

    LearnedSchema(ShapeNode.Budget budget) {
        this.budget = budget;
    }

    /** Takes an answer. */
    void learn(Answer answer) {
        answers++;
        Set<String> names = new HashSet<>();
        for (Leaf leaf : answer.head()) {
            String name = headName(leaf);
            if (!name.isEmpty() && names.add(name) && (headers.size() < HEADERS_MAX || headers.containsKey(name))) {
                headers.merge(name, 1, Integer::sum);
            }
        }
        if (answer.unknown().isPresent()) {
            return;
        }
        known++;
        switch (answer.content()) {
            case Answer.Content.None none -> empty++;
            case Answer.Content.Tree tree -> trees.computeIfAbsent(tree.part(), added -> new ShapeNode(budget)).learn(tree.root());
            case Answer.Content.Text text -> texts++;
            case Answer.Content.Octets any -> octets++;
            case Answer.Content.Html html -> {
                pages++;
                html.page().counts().forEach((feature, count) -> {
                    if (features.size() < FEATURES_MAX || features.containsKey(feature)) {
                        features.merge(feature, 1, Integer::sum);
                        fewest.merge(feature, count, Math::min);
                    }
                });
            }
        }
    }

    /** How a field line or cookie is counted: {@code header.location}, {@code cookie.sid}; empty for anything else. */
    static String headName(Leaf leaf) {
        boolean counted = leaf.location().part() == Part.HEADER || leaf.location().part() == Part.COOKIE && leaf.location().name().indexOf(';') < 0;
        return counted ? leaf.location().part().word() + "." + leaf.location().name() : "";
    }

    /** Whether all answers have a field line or cookie. */
    boolean isAlways(String headName) {
        return answers > 0 && headers.getOrDefault(headName, 0) == answers;
    }

    /** Whether some answer has it. */
    boolean isEver(String headName) {
        return headers.containsKey(headName);
    }

    /** Answers whose bodies are known. */
    int samples() {
        return known;
    }

    /** What trees of a part look like; empty if there was none. */
    Optional<ShapeNode> tree(Part part) {
        return Optional.ofNullable(trees.get(part));
    }

    /** Whether a body of that kind was among them. */
    boolean hasSeen(Answer.Content content) {
        return switch (content) {
            case Answer.Content.None none -> empty > 0;
            case Answer.Content.Tree tree -> trees.containsKey(tree.part());
            case Answer.Content.Text text -> texts > 0;
            case Answer.Content.Octets any -> octets > 0;
            case Answer.Content.Html html -> pages > 0;
        };
    }

    /** Features that all pages have. */
    Set<String> constantFeatures() {
        Set<String> constant = new HashSet<>();
        features.forEach((feature, count) -> {
            if (count == pages) {
                constant.add(feature);
            }
        });
        return constant;
    }

    /** How often a page that has it has it at least; 0 if none has. */
    int fewest(String feature) {
        return fewest.getOrDefault(feature, 0);
    }

    /** Whether some page has it. */
    boolean isKnownFeature(String feature) {
        return features.containsKey(feature);
    }
}
