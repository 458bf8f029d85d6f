package proxymcp.diff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import proxymcp.decode.Decoders;
import proxymcp.store.Session;
import proxymcp.store.WorkWatch;

/**
 * Compares two sessions, of which the first works: endpoints are learned from both, exchanges are aligned, pairs are compared field by field, and
 * what differs is judged by what the fields did within each session. Each exchange is read at most twice and never kept.
 */
public final class SessionDiff {
    private final Decoders decoders;

    /** Comparisons that look into bodies with these decoders. */
    public SessionDiff(Decoders decoders) {
        this.decoders = decoders;
    }

    /**
     * Compares.
     *
     * @param a the session that works
     * @param b the other one
     * @param moreBaselines more sessions that work
     * @param request what of them
     * @param watch told how far it got
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     * @throws DiffException if there are too many exchanges, or one that is asked for cannot be read
     * @throws IOException if a session cannot be read
     */
    public DiffReport run(Session a, Session b, List<Session> moreBaselines, DiffRequest request, WorkWatch watch) throws IOException, DiffException {
        DiffProgress progress = new DiffProgress(watch);
        FieldReader reader = new FieldReader(decoders);
        SessionSide sideA = SessionSide.find(a, request.filter(), seq(request, true));
        SessionSide sideB = SessionSide.find(b, request.filter(), seq(request, false));
        List<SessionSide> baselines = new ArrayList<>();
        for (Session baseline : moreBaselines) {
            baselines.add(SessionSide.find(baseline, request.filter(), OptionalLong.empty()));
        }
        List<SessionSide> sides = new ArrayList<>(List.of(sideA, sideB));
        sides.addAll(baselines);
        List<RequestShape> shapes = new ArrayList<>();
        for (SessionSide side : sides) {
            shapes.addAll(side.shapes());
            progress.expect(side.size());
        }
        Endpoints endpoints = EndpointLearner.learn(shapes);
        List<Endpoint> only = only(endpoints, sideA, sideB, request);
        for (SessionSide side : sides) {
            side.read(endpoints, reader, only, progress);
        }
        Alignment alignment = request.only().isPresent() ? couple(request.only().get(), sideA, sideB)
                : Aligner.align(sideA.outlines(), sideB.outlines());
        progress.expect(alignment.pairs().size());
        Comparison comparison = Comparison.of(sideA, sideB, alignment.pairs(), reader, request, progress);
        List<Comparison> others = new ArrayList<>();
        for (SessionSide baseline : baselines) {
            Alignment known = Aligner.align(sideA.outlines(), baseline.outlines());
            progress.expect(known.pairs().size());
            others.add(Comparison.of(sideA, baseline, known.pairs(), reader, request, progress));
        }
        return new ReportMaker(sideA, sideB, alignment, comparison, request).report(others);
    }

    private static OptionalLong seq(DiffRequest request, boolean ofA) {
        return request.only().isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(ofA ? request.only().get().seqA() : request.only().get().seqB());
    }

    /** The endpoints without the operation that two exchanges belong to; none if all are wanted. */
    private static List<Endpoint> only(Endpoints endpoints, SessionSide a, SessionSide b, DiffRequest request) {
        if (request.only().isEmpty()) {
            return List.of();
        }
        List<Endpoint> wanted = new ArrayList<>();
        a.shape(request.only().get().seqA()).ifPresent(shape -> wanted.add(endpoints.of(shape)));
        b.shape(request.only().get().seqB()).ifPresent(shape -> wanted.add(endpoints.of(shape)));
        return wanted;
    }

    private static Alignment couple(DiffRequest.Couple couple, SessionSide a, SessionSide b) throws DiffException {
        if (!a.has(couple.seqA()) || !b.has(couple.seqB())) {
            throw new DiffException("damaged", "exchange " + (a.has(couple.seqA()) ? couple.seqB() + " of the other session" : couple.seqA())
                    + " cannot be read", "proxy_session_verify_integrity says what is damaged");
        }
        return new Alignment(List.of(new Pair(couple.seqA(), couple.seqB(), false)), List.of(), List.of(), List.of());
    }
}
