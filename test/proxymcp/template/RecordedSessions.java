package proxymcp.template;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.decode.Decoders;
import proxymcp.diff.WrittenExchange;
import proxymcp.json.JsonObject;
import proxymcp.replay.PlanException;
import proxymcp.replay.Selection;
import proxymcp.store.CaptureProfile;
import proxymcp.store.Session;
import proxymcp.store.SessionCatalog;
import proxymcp.store.SessionQuery;
import proxymcp.store.SessionWriter;
import proxymcp.store.StoreLimits;
import proxymcp.store.Unwatched;

/** Sessions that a test writes and makes templates of. */
public final class RecordedSessions implements AutoCloseable {
    static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_770_000_000_000L), ZoneOffset.UTC);
    static final Selection ALL = new Selection.Matching(SessionQuery.ALL, List.of(), 0, Selection.ITEMS_MAX);

    private final SessionCatalog catalog;

    RecordedSessions(Path home) {
        catalog = new SessionCatalog(home.resolve("sessions"), StoreLimits.DEFAULT, Clock.systemUTC());
    }

    Session write(List<WrittenExchange> exchanges) throws IOException {
        SessionWriter writer = catalog.createPatient(Optional.empty(), CaptureProfile.FULL, 1_024, JsonObject.EMPTY);
        long number = 0;
        for (WrittenExchange exchange : exchanges) {
            exchange.record(writer.sink(), 1, ++number);
        }
        catalog.end(writer);
        return catalog.open(writer.id());
    }

    static FlowTemplate make(Session session, TemplateRequest request) throws IOException, TemplateException, PlanException {
        return new TemplateMaker(Decoders.builtin(), CLOCK).make(session, request, Unwatched.NOBODY);
    }

    static FlowTemplate make(Session session) throws IOException, TemplateException, PlanException {
        return make(session, TemplateRequest.of(ALL));
    }

    static FlowTemplate makeFor(Session session, long goal) throws IOException, TemplateException, PlanException {
        return make(session, new TemplateRequest(ALL, OptionalLong.of(goal), Optional.empty(), Optional.empty(), false));
    }

    /** The edges of all exchanges, before loops are made of some: {@code from to location}, by seqs. */
    public static List<String> edges(Session session) throws IOException {
        List<Long> seqs = new ArrayList<>();
        List<proxymcp.diff.RequestShape> shapes = new ArrayList<>();
        session.forEach(SessionQuery.ALL, entry -> {
            seqs.add(entry.seq());
            shapes.add(FlowReader.shape(entry));
            return true;
        });
        seqs.sort(null);
        FlowReader flow = new FlowReader(Decoders.builtin());
        flow.read(session, seqs, proxymcp.diff.EndpointLearner.learn(shapes), Unwatched.NOBODY);
        FlowSearch search = new FlowSearch(session, flow);
        search.run(java.util.OptionalInt.empty(), false);
        return search.edges();
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
