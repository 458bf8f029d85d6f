package proxymcp.parity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import proxymcp.decode.Decoders;
import proxymcp.diff.Aligner;
import proxymcp.diff.Alignment;
import proxymcp.diff.DiffProgress;
import proxymcp.diff.Endpoint;
import proxymcp.diff.EndpointLearner;
import proxymcp.diff.Endpoints;
import proxymcp.diff.FieldReader;
import proxymcp.diff.Outline;
import proxymcp.diff.Pair;
import proxymcp.diff.RequestShape;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;
import proxymcp.store.StoredExchange;
import proxymcp.store.WorkWatch;

/**
 * Judges whether a session, or a replay, means the same as the session that it repeats: a schema is learned of each endpoint from all baselines, then each
 * pair is judged by transport, shape and value. Each exchange is read at most twice and never kept.
 */
public final class ParityRun {
    private final Decoders decoders;

    /** Judgements that look into bodies with these decoders. */
    public ParityRun(Decoders decoders) {
        this.decoders = decoders;
    }

    /**
     * Judges.
     *
     * @param baseline the session that works
     * @param moreBaselines more of them: what differs among those is noise
     * @param other what is judged
     * @param request what of it, and how strictly
     * @param watch told how far it got
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     * @throws ParityException if there is nothing to compare, or too much
     * @throws IOException if a session cannot be read
     */
    public ParityReport run(Session baseline, List<Session> moreBaselines, Counterpart other, ParityRequest request, WorkWatch watch)
            throws IOException, ParityException {
        DiffProgress progress = new DiffProgress(watch);
        ParitySide sideA = ParitySide.find(baseline, request.filter());
        List<ParitySide> baselines = new ArrayList<>(List.of(sideA));
        for (Session more : moreBaselines) {
            baselines.add(ParitySide.find(more, request.filter()));
        }
        List<Partner> planned = other instanceof Counterpart.OfRun run ? wanted(Partner.of(run), sideA, request.filter()) : List.of();
        if (sideA.seqs().length == 0 || other instanceof Counterpart.OfRun && planned.isEmpty()) {
            throw new ParityException("nothing_to_compare", "no exchange of session " + baseline.manifest().id() + " takes part in " + other.name(),
                    "proxy_query_session shows what a session has");
        }
        List<ParitySide> others = others(other, planned, request.filter());
        List<RequestShape> shapes = new ArrayList<>();
        for (List<ParitySide> sides : List.of(baselines, others)) {
            for (ParitySide side : sides) {
                shapes.addAll(side.shapes());
                progress.expect(side.seqs().length);
            }
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        Knowledge knowledge = new Knowledge(endpoints, new FieldReader(decoders), progress);
        boolean aligned = other instanceof Counterpart.OfSession;
        List<Outline> outlinesA = new ArrayList<>();
        for (int i = 0; i < baselines.size(); i++) {
            knowledge.learn(baselines.get(i), i, outlinesA, aligned && i == 0);
        }
        List<Outline> outlinesB = new ArrayList<>();
        for (ParitySide side : others) {
            knowledge.look(side, outlinesB, aligned);
        }
        Weights weights = new Weights(request.keyFields());
        weights.addTemplates(baseline, seq -> sideA.shape(seq).map(endpoints::of));
        PairJudge judge = new PairJudge(request, knowledge.schemas(), knowledge.noise(), weights);
        Judging judging = new Judging(sideA, knowledge, judge, progress);
        if (other instanceof Counterpart.OfSession session) {
            judging.align(session.session(), Aligner.align(outlinesA, outlinesB), outlinesA, outlinesB);
        } else {
            judging.all(planned);
        }
        return judging.tally.report(baseline.manifest().id().text(), other.name(), request, knowledge.schemas(), judging.unmatched);
    }

    /** Items of exchanges that the filter leaves out do not take part; those of exchanges that are gone do. */
    private static List<Partner> wanted(List<Partner> partners, ParitySide baseline, SessionQuery filter) {
        List<Partner> wanted = new ArrayList<>();
        for (Partner partner : partners) {
            if (filter.equals(SessionQuery.ALL) || baseline.shape(partner.seq()).isPresent()) {
                wanted.add(partner);
            }
        }
        return wanted;
    }

    private static List<ParitySide> others(Counterpart other, List<Partner> planned, SessionQuery filter) throws IOException, ParityException {
        if (other instanceof Counterpart.OfSession session) {
            return List.of(ParitySide.find(session.session(), filter));
        }
        Map<Session, TreeSet<Long>> seqs = new LinkedHashMap<>();
        for (Partner partner : planned) {
            if (partner instanceof Partner.Recorded recorded) {
                seqs.computeIfAbsent(recorded.session(), added -> new TreeSet<>()).add(recorded.otherSeq());
            }
        }
        List<ParitySide> sides = new ArrayList<>();
        for (Map.Entry<Session, TreeSet<Long>> entry : seqs.entrySet()) {
            sides.add(ParitySide.of(entry.getKey(), entry.getValue().stream().mapToLong(Long::longValue).toArray()));
        }
        return sides;
    }

    /** The second pass. */
    private static final class Judging {
        private final ParitySide baseline;
        private final Knowledge knowledge;
        private final PairJudge judge;
        private final DiffProgress progress;
        private final ParityTally tally = new ParityTally();
        private final List<ParityReport.Unmatched> unmatched = new ArrayList<>();

        Judging(ParitySide baseline, Knowledge knowledge, PairJudge judge, DiffProgress progress) {
            this.baseline = baseline;
            this.knowledge = knowledge;
            this.judge = judge;
            this.progress = progress;
        }

        void align(Session other, Alignment alignment, List<Outline> outlinesA, List<Outline> outlinesB) throws IOException {
            List<Partner> partners = new ArrayList<>();
            for (Pair pair : alignment.pairs()) {
                partners.add(new Partner.Recorded(pair.seqA(), other, pair.seqB()));
            }
            all(partners);
            Map<Long, Outline> known = bySeq(outlinesA);
            for (long seq : alignment.onlyA()) {
                Outline outline = known.get(seq);
                unmatched.add(new ParityReport.Unmatched(true, seq, outline.endpoint(), outline.status()));
            }
            Map<Long, Outline> knownB = bySeq(outlinesB);
            for (long seq : alignment.onlyB()) {
                Outline outline = knownB.get(seq);
                unmatched.add(new ParityReport.Unmatched(false, seq, outline.endpoint(), outline.status()));
            }
            missing(known);
        }

        /** An endpoint that nothing answers for is unknown; one that is asked less often is not. */
        private void missing(Map<Long, Outline> baselineBySeq) {
            List<ParityReport.Unmatched> missing = new ArrayList<>();
            for (ParityReport.Unmatched exchange : unmatched) {
                if (exchange.ofBaseline() && !tally.has(exchange.endpoint())) {
                    missing.add(exchange);
                }
            }
            for (ParityReport.Unmatched exchange : missing) {
                tally.add(exchange.endpoint(), exchange.seq(), OptionalLong.empty(), PairJudge.unknown("nothing answers to it"));
            }
            for (long seq : baseline.seqs()) {
                if (!baselineBySeq.containsKey(seq)) {
                    tally.add(knowledge.endpoint(baseline.shape(seq).orElseThrow()), seq, OptionalLong.empty(), PairJudge.unknown("it cannot be read"));
                }
            }
        }

        private static Map<Long, Outline> bySeq(List<Outline> outlines) {
            Map<Long, Outline> bySeq = new HashMap<>();
            for (Outline outline : outlines) {
                bySeq.put(outline.seq(), outline);
            }
            return bySeq;
        }

        void all(List<Partner> partners) throws IOException {
            progress.expect(partners.size());
            try (ExchangeScan scan = baseline.session().exchanges(); Scans others = new Scans()) {
                for (Partner partner : partners) {
                    progress.step();
                    Optional<StoredExchange> stored = ParitySide.exchange(scan, partner.seq());
                    Endpoint endpoint = stored.map(knowledge::endpoint)
                            .orElseGet(() -> baseline.shape(partner.seq()).map(knowledge::endpoint).orElse(new Endpoint("", "", "", "")));
                    switch (partner) {
                        case Partner.Missing missing -> tally.add(endpoint, missing.seq(), OptionalLong.empty(), PairJudge.unknown(missing.reason()));
                        case Partner.Recorded recorded -> {
                            Optional<StoredExchange> other = ParitySide.exchange(others.of(recorded.session()), recorded.otherSeq());
                            tally.add(endpoint, recorded.seq(), OptionalLong.of(recorded.otherSeq()), stored.isEmpty() || other.isEmpty()
                                    ? PairJudge.unknown((stored.isEmpty() ? "the exchange of the baseline" : "it") + " cannot be read")
                                    : judge.judge(endpoint, knowledge.answer(stored.get(), endpoint), knowledge.answer(other.get(), endpoint)));
                        }
                    }
                }
            }
        }
    }
}
