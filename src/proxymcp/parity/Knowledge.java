package proxymcp.parity;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.diff.DiffProgress;
import proxymcp.diff.Endpoint;
import proxymcp.diff.Endpoints;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.FieldReader;
import proxymcp.diff.Outline;
import proxymcp.diff.Outlines;
import proxymcp.diff.RequestShape;
import proxymcp.diff.ResponseNoise;
import proxymcp.diff.SameRequests;
import proxymcp.store.ExchangeScan;
import proxymcp.store.StoredExchange;

/** What the first pass over all sessions learns: schemas, what fields do, and outlines to align by. Not for several threads. */
final class Knowledge {
    private final Endpoints endpoints;
    private final FieldReader reader;
    private final DiffProgress progress;
    private final SchemaLearner schemas = new SchemaLearner();
    private final RequestMemory memory = new RequestMemory();
    private final ResponseNoise scores = new ResponseNoise();

    Knowledge(Endpoints endpoints, FieldReader reader, DiffProgress progress) {
        this.endpoints = endpoints;
        this.reader = reader;
        this.progress = progress;
    }

    /** What is done with each exchange. */
    private interface Look {
        void at(StoredExchange stored, Endpoint endpoint, ExchangeFields fields);
    }

    /**
     * Learns from a baseline.
     *
     * @param number of the baseline
     * @param outlines where those of its exchanges go
     * @param outlined whether they are wanted
     */
    void learn(ParitySide side, int number, List<Outline> outlines, boolean outlined) throws IOException {
        SameRequests requests = new SameRequests();
        each(side, (stored, endpoint, fields) -> {
            Answer answer = Answer.of(fields);
            schemas.learn(endpoint, answer);
            scores.add(true, endpoint, answer.fields());
            memory.add(number, requests.key(endpoint, fields.leaves()), endpoint, answer);
            if (outlined) {
                outlines.add(Outlines.of(fields, endpoint, stored.exchange().start().startedAtMillis(), answer.status()));
            }
        });
    }

    /** Looks at what is judged: what its fields do, and outlines where they are wanted. */
    void look(ParitySide side, List<Outline> outlines, boolean outlined) throws IOException {
        each(side, (stored, endpoint, fields) -> {
            Answer answer = Answer.of(fields);
            scores.add(false, endpoint, answer.fields());
            if (outlined) {
                outlines.add(Outlines.of(fields, endpoint, stored.exchange().start().startedAtMillis(), answer.status()));
            }
        });
    }

    private void each(ParitySide side, Look look) throws IOException {
        try (ExchangeScan scan = side.session().exchanges()) {
            for (long seq : side.seqs()) {
                progress.step();
                Optional<StoredExchange> stored = ParitySide.exchange(scan, seq);
                if (stored.isPresent()) {
                    Endpoint endpoint = endpoint(stored.get());
                    look.at(stored.get(), endpoint, reader.read(stored.get(), endpoint));
                }
            }
        }
    }

    /** The endpoint of an exchange. */
    Endpoint endpoint(StoredExchange stored) {
        return endpoints.of(RequestShape.of(stored));
    }

    /** The endpoint of an exchange of which no more is known. */
    Endpoint endpoint(RequestShape shape) {
        return endpoints.of(shape);
    }

    /** The answer of an exchange. */
    Answer answer(StoredExchange stored, Endpoint endpoint) {
        return Answer.of(reader.read(stored, endpoint));
    }

    SchemaLearner schemas() {
        return schemas;
    }

    /** What was learned of noise; complete once all sessions were looked at. */
    Noise noise() {
        return new Noise(memory, scores);
    }
}
