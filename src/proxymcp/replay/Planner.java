package proxymcp.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import proxymcp.store.CaptureProfile;
import proxymcp.store.IndexEntry;
import proxymcp.store.Session;
import proxymcp.store.SessionQuery;

/**
 * Chooses what is sent again, by what the index of a session knows: the log is not read. What only the log can tell shows when an item is
 * sent, see {@link RequestSource}.
 *
 * <p>Reads mapped files: work for threads made for that. One instance is for one plan and one thread.
 */
public final class Planner {
    private final Session session;
    private final SendSettings settings;
    private final List<String> notes = new ArrayList<>();
    /** Methods repeat. */
    private final Map<String, String> methods = new HashMap<>();

    /** @param settings where requests go and which may be sent */
    public Planner(Session session, SendSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    /**
     * Makes the plan.
     *
     * @param refreshSeqs requests that renew an expired authorisation; they are named one by one, so that no safety holds them back
     * @throws PlanException if something that is named does not exist
     */
    public Plan plan(Selection selection, List<Long> refreshSeqs) throws IOException, PlanException {
        List<PlanItem> items = switch (selection) {
            case Selection.Seqs(List<Long> seqs) -> bySeq(seqs);
            case Selection.Ids(List<UUID> ids) -> byId(ids);
            case Selection.Matching matching -> matching(matching);
        };
        List<PlanItem> refreshing = new ArrayList<>();
        for (long seq : refreshSeqs) {
            refreshing.add(item(items.size() + refreshing.size(), found(seq, "on_auth_expired.refresh_seqs"), false));
        }
        for (PlanItem item : refreshing) {
            if (item.skipped().isPresent()) {
                throw new PlanException("on_auth_expired.refresh_seqs: exchange " + item.seq() + " cannot be sent again: "
                        + item.skipped().get().sentence());
            }
        }
        return new Plan(session.manifest().id().text(), items, refreshing, notes);
    }

    private List<PlanItem> bySeq(List<Long> seqs) throws IOException, PlanException {
        List<PlanItem> items = new ArrayList<>(seqs.size());
        for (long seq : seqs) {
            items.add(item(items.size(), found(seq, "seqs"), true));
        }
        return items;
    }

    private IndexEntry found(long seq, String parameter) throws IOException, PlanException {
        Optional<IndexEntry> entry = session.find(seq);
        if (entry.isEmpty()) {
            throw new PlanException(parameter + ": session " + session.manifest().id() + " has no exchange with seq " + seq + "; its last seq is "
                    + session.lastSeq());
        }
        return entry.get();
    }

    /** One pass over the index finds all ids, however many. */
    private List<PlanItem> byId(List<UUID> ids) throws IOException, PlanException {
        Set<UUID> missing = new HashSet<>(ids);
        Map<UUID, IndexEntry> found = new HashMap<>();
        session.forEach(SessionQuery.ALL, entry -> {
            if (missing.remove(entry.id())) {
                found.put(entry.id(), entry);
            }
            return !missing.isEmpty();
        });
        List<PlanItem> items = new ArrayList<>(ids.size());
        for (UUID id : ids) {
            if (missing.contains(id)) {
                throw new PlanException("exchange_ids: session " + session.manifest().id() + " has no exchange with id " + id);
            }
            items.add(item(items.size(), found.get(id), true));
        }
        return items;
    }

    private List<PlanItem> matching(Selection.Matching wanted) throws IOException, PlanException {
        for (SeqRange range : wanted.ranges()) {
            if (range.first() > session.lastSeq()) {
                throw new PlanException("seq_ranges: " + range.first() + "-" + range.last() + " is empty; the last seq of session "
                        + session.manifest().id() + " is " + session.lastSeq());
            }
        }
        noteMissing(wanted.ranges());
        List<PlanItem> items = new ArrayList<>();
        long[] passed = new long[1];
        session.forEach(wanted.filters(), entry -> {
            if (isIn(wanted.ranges(), entry.seq()) && passed[0]++ >= wanted.offset() && items.size() < wanted.limit()) {
                items.add(item(items.size(), entry, true));
            }
            return passed[0] - wanted.offset() <= wanted.limit();
        });
        if (passed[0] - wanted.offset() > wanted.limit()) {
            notes.add("limit: more than these " + items.size() + " match; give a higher limit, or go on with offset "
                    + (wanted.offset() + wanted.limit()));
        } else if (items.isEmpty()) {
            notes.add(passed[0] == 0 ? "no exchange of session " + session.manifest().id() + " matches"
                    : "offset: " + wanted.offset() + " leaves out all that match, which are " + passed[0]);
        }
        return items;
    }

    /** Seqs that ranges name, and that the session does not have: those behind its last one, and those that damage took. */
    private void noteMissing(List<SeqRange> ranges) throws IOException {
        long last = session.lastSeq();
        long highest = 0;
        for (SeqRange range : ranges) {
            highest = Math.max(highest, Math.min(range.last(), last));
            if (range.last() > last) {
                notes.add("seq_ranges: " + range.first() + "-" + range.last() + " goes on behind the last seq of the session, " + last);
            }
        }
        if (ranges.isEmpty() || session.query(SessionQuery.ALL, 0, 0, Optional.empty()).total() == last) {
            return;
        }
        long missing = 0;
        for (long seq = 1; seq <= highest; seq++) {
            missing += isIn(ranges, seq) && session.find(seq).isEmpty() ? 1 : 0;
        }
        if (missing > 0) {
            notes.add("seq_ranges: the session has lost " + missing + " of these exchanges");
        }
    }

    private static boolean isIn(List<SeqRange> ranges, long seq) {
        for (SeqRange range : ranges) {
            if (range.contains(seq)) {
                return true;
            }
        }
        return ranges.isEmpty();
    }

    private PlanItem item(int index, IndexEntry entry, boolean guarded) {
        String method = methods.computeIfAbsent(entry.method(), name -> name);
        String target = settings.target().map(other -> other.url(pathOf(entry.url()))).orElse(entry.url());
        Optional<Skip> skip = unsendable(entry);
        if (skip.isEmpty() && guarded) {
            skip = settings.safety().check(method, entry.url());
        }
        return new PlanItem(index, entry.seq(), entry.id(), entry.startedAtMillis(), method, entry.url(), target, entry.requestBytes() > 0, skip);
    }

    private Optional<Skip> unsendable(IndexEntry entry) {
        String url = entry.url();
        if (entry.method().equals("CONNECT") || url.startsWith("tunnel:")) {
            return Optional.of(Unsendable.TUNNEL);
        }
        if (entry.status().orElse(0) == 101 || url.startsWith("ws:") || url.startsWith("wss:")) {
            return Optional.of(Unsendable.UPGRADE);
        }
        if (!url.startsWith("http://") && !url.startsWith("https://")) {
            return Optional.of(Unsendable.notHttp(url.substring(0, Math.max(0, url.indexOf(':')))));
        }
        if (entry.requestBytes() == 0 || entry.requestWhole()) {
            return Optional.empty();
        }
        boolean kept = session.manifest().profile() == CaptureProfile.FULL && !entry.shed();
        return Optional.of(kept && entry.state() != SessionQuery.State.COMPLETE ? Unsendable.INCOMPLETE_REQUEST : Unsendable.BODY_NOT_CAPTURED);
    }

    private static String pathOf(String url) {
        int authority = url.indexOf("://");
        for (int i = authority < 0 ? url.length() : authority + 3; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == '/' || c == '?') {
                int fragment = url.indexOf('#', i);
                return (c == '/' ? "" : "/") + url.substring(i, fragment < 0 ? url.length() : fragment);
            }
        }
        return "/";
    }
}
