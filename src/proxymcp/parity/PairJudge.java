package proxymcp.parity;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Part;

/** Judges one pair after the other by what was learned. Not for several threads. */
final class PairJudge {
    private final ParityRequest request;
    private final SchemaLearner schemas;
    private final Noise noise;
    private final Weights weights;

    PairJudge(ParityRequest request, SchemaLearner schemas, Noise noise, Weights weights) {
        this.request = request;
        this.schemas = schemas;
        this.noise = noise;
        this.weights = weights;
    }

    /**
     * A judgement.
     *
     * @param questions the answer to each question
     * @param findings what drifted
     * @param unknown why not all could be judged; empty if it could
     */
    record Judgement(Map<Question, Verdict> questions, List<Finding> findings, Optional<String> unknown) {
        /** All in all. */
        Verdict verdict() {
            Verdict worst = Verdict.IDENTICAL;
            for (Verdict verdict : questions.values()) {
                worst = worst.worse(verdict);
            }
            return worst;
        }

        Severity severity() {
            Severity highest = Severity.NONE;
            for (Finding finding : findings) {
                highest = highest.max(finding.severity());
            }
            return highest;
        }

        /** Its worst drift, or why it is not known. */
        String reason() {
            Optional<Finding> worst = Optional.empty();
            for (Finding finding : findings) {
                worst = worst.isEmpty() || finding.severity().compareTo(worst.get().severity()) > 0 ? Optional.of(finding) : worst;
            }
            boolean unsure = verdict() == Verdict.UNKNOWN || worst.isEmpty();
            return unsure ? unknown.orElse("") : worst.get().at() + " " + worst.get().kind().word() + ": expected " + worst.get().expected() + ", got "
                    + worst.get().actual();
        }
    }

    /** Nothing can be said. */
    static Judgement unknown(String why) {
        Map<Question, Verdict> questions = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            questions.put(question, Verdict.UNKNOWN);
        }
        return new Judgement(questions, List.of(), Optional.of(why));
    }

    /** Judges the answer {@code other} by {@code baseline}. */
    Judgement judge(Endpoint endpoint, Answer baseline, Answer other) {
        if (baseline.status() == 0 || other.status() == 0) {
            Answer silent = baseline.status() == 0 ? baseline : other;
            return unknown((silent == baseline ? "of the baseline: " : "") + silent.unknown().orElse("there was no response"));
        }
        Findings findings = new Findings(endpoint, request.ignored());
        boolean identical = baseline.isIdentical(other);
        Optional<String> unknown = other.unknown().map(why -> "its body is not known whole: " + why)
                .or(() -> baseline.unknown().map(why -> "the body of the baseline is not known whole: " + why));
        boolean compared = unknown.isEmpty();
        if (!identical) {
            Optional<LearnedSchema> schema = schemas.of(endpoint, baseline.statusClass());
            new HeadCheck(baseline, other, schema, noise, weights, findings).check();
            PageCheck pages = new PageCheck(schema, weights, findings);
            Optional<BlockDetector.Found> block = BlockDetector.find(baseline, other, pages.isGone(baseline, other));
            block.ifPresent(found -> findings.add(Findings.at(Part.BODY, ""), found.blocked() ? DriftKind.BLOCKED : DriftKind.ERROR_BODY,
                    baseline.content().words(), found.why(), Severity.CRITICAL));
            boolean blocked = block.isPresent();
            boolean sameClass = baseline.statusClass() == other.statusClass();
            boolean cached = baseline.isNotModified() != other.isNotModified();
            unknown = unknown.or(() -> cached ? notModified(baseline, other) : Optional.empty());
            compared = unknown.isEmpty() && !blocked && (sameClass || cached);
            if (compared && sameClass && !cached) {
                shape(schema, baseline, other, pages, findings);
                new ValueCheck(noise, weights, findings).check(baseline, other);
            }
        }
        if (unknown.isEmpty()) {
            RuleCheck rules = new RuleCheck(findings);
            for (ParityRule rule : request.rules()) {
                if (rule.isFor(endpoint)) {
                    rules.check(rule, baseline, other);
                }
            }
        }
        return new Judgement(questions(findings.list(), identical, compared), findings.list(), unknown);
    }

    /** Why one answer that has no body, as the client has it already, is not known to say what the other one says; empty if it is. */
    private static Optional<String> notModified(Answer baseline, Answer other) {
        Answer cached = other.isNotModified() ? other : baseline;
        Answer full = other.isNotModified() ? baseline : other;
        String which = cached == baseline ? "the baseline has" : "it has";
        if (full.status() != 200) {
            return Optional.empty(); // What that means is told by the status.
        }
        return !cached.conditional() ? Optional.of(which + " no body: 304 to a request that was not conditional")
                : cached == other && cached.isOfAnotherState(full) ? Optional.of(which + " no body: 304 for another state than that of the baseline") : Optional.empty();
    }

    private static Map<Question, Verdict> questions(List<Finding> findings, boolean identical, boolean compared) {
        Map<Question, Verdict> questions = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            Verdict verdict = question != Question.TRANSPORT && !compared ? Verdict.UNKNOWN : identical ? Verdict.IDENTICAL : Verdict.EQUIVALENT;
            for (Finding finding : findings) {
                if (finding.kind().question() == question) {
                    verdict = verdict.worse(finding.kind() == DriftKind.BLOCKED ? Verdict.BLOCKED : finding.severity().verdict());
                }
            }
            questions.put(question, verdict);
        }
        return questions;
    }

    private void shape(Optional<LearnedSchema> schema, Answer baseline, Answer other, PageCheck pages, Findings findings) {
        if (schema.isEmpty()) {
            return;
        }
        boolean sameKind = baseline.content().getClass() == other.content().getClass();
        switch (other.content()) {
            case Answer.Content.Tree tree when schema.get().tree(tree.part()).isPresent() ->
                    new ShapeCheck(tree.part(), request.minSamples(), weights, findings).check(schema.get().tree(tree.part()).get(), List.of(tree.root()), "$", true);
            case Answer.Content.Html html when sameKind -> pages.check(baseline, html.page());
            case Answer.Content.Text text when sameKind -> pages.text(baseline, text.text());
            case Answer.Content.Octets octets when baseline.content() instanceof Answer.Content.Octets before && before.isText() != octets.isText() ->
                    findings.add(Findings.at(Part.BODY, ""), DriftKind.TYPE_CHANGED, before.words(), octets.words(), Severity.HIGH);
            default -> {
                if (!sameKind) {
                    boolean seen = schema.get().hasSeen(other.content());
                    boolean nothing = other.content() instanceof Answer.Content.None;
                    findings.add(Findings.at(Part.BODY, ""), nothing ? DriftKind.EMPTY_SHELL : DriftKind.TYPE_CHANGED, baseline.content().words(),
                            other.content().words(), seen ? Severity.LOW : Severity.HIGH);
                }
            }
        }
    }
}
