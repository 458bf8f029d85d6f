package proxymcp.parity;

import java.util.List;
import java.util.Map;
import proxymcp.replay.ReplayId;
import proxymcp.replay.RunItem;
import proxymcp.store.Session;

/** What a baseline is compared with. */
public sealed interface Counterpart {
    /**
     * Another session, whose exchanges are aligned with those of the baseline. It may be the baseline itself.
     *
     * @param session open
     */
    record OfSession(Session session) implements Counterpart {
        @Override
        public String name() {
            return session.manifest().id().text();
        }
    }

    /**
     * A replay of the baseline: each item answers to the exchange that it repeats.
     *
     * @param id the run
     * @param items all of them, see {@link proxymcp.replay.RunView#items}
     * @param sessions the sessions that its answers were recorded to, open, by id; answers of one that is not among them are unknown
     */
    record OfRun(ReplayId id, List<RunItem> items, Map<String, Session> sessions) implements Counterpart {
        /** Copies the collections. */
        public OfRun {
            items = List.copyOf(items);
            sessions = Map.copyOf(sessions);
        }

        @Override
        public String name() {
            return id.text();
        }
    }

    /** Id of the session or run. */
    String name();
}
