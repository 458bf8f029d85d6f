package proxymcp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.JsonObject;

/**
 * Many small exchanges whose members follow from their number, queries over them, and a count over all numbers for each: the expected side,
 * which knows no index. Exchange {@code i} has seq {@code i + 1}.
 */
final class QueryModel {
    private static final long STARTED = 1_700_000_000_000L;
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");
    private static final List<String> TYPES = List.of("text/html", "application/json", "image/png");

    private final SessionCatalog catalog;
    private final int count;
    private IntToLongFunction startedAfter = i -> i / 3;

    private record Case(String what, SessionQuery query, IntPredicate matches) {}

    QueryModel(SessionCatalog catalog, int count) {
        this.catalog = catalog;
        this.count = count;
    }

    /** Starts rise with seq; queries are asked while the session grows as well, then of the one that ended. */
    void ordered() throws Exception {
        startedAfter = i -> i / 3;
        SessionWriter writer = begin();
        int half = count / 2;
        record(writer.sink(), 0, half);
        writer.settle();
        Session growing = catalog.open(writer.id());
        check(growing, half);
        Thread producer = Thread.ofPlatform().start(() -> record(writer.sink(), half, count));
        page(catalog.open(writer.id()), half, false);
        producer.join();
        page(catalog.open(writer.id()), count, true);
        Manifest manifest = catalog.end(writer);
        equal("exchanges", (long) count, manifest.exchangeCount());
        equal("losses", Losses.NONE, manifest.losses());
        check(catalog.open(writer.id()), count);
        catalog.delete(writer.id());
    }

    /** Starts rise, a few milliseconds out of step, as those of connections that run side by side. */
    void nearlyOrdered() throws Exception {
        startedAfter = i -> i / 3 + (i * 31L) % 8;
        notOrdered();
    }

    /** Starts rise and fall. */
    void unordered() throws Exception {
        startedAfter = i -> (i * 7_919L) % 10_007;
        notOrdered();
    }

    private void notOrdered() throws Exception {
        SessionWriter writer = begin();
        record(writer.sink(), 0, count / 4);
        catalog.end(writer);
        Session session = catalog.open(writer.id());
        check(session, count / 4);
        page(session, count / 4, false);
        page(session, count / 4, true);
        catalog.delete(writer.id());
    }

    private SessionWriter begin() throws IOException {
        return catalog.create(Optional.of("many"), CaptureProfile.FULL, 1 << 16, JsonObject.EMPTY);
    }

    private long started(int i) {
        return STARTED + startedAfter.applyAsLong(i);
    }

    private static String host(int i) {
        return "www" + i % 13 + ".Example.test";
    }

    private static String path(int i) {
        return "/item/" + i + "?page=" + i % 97;
    }

    private static String url(int i) {
        return "https://" + host(i) + path(i);
    }

    private static int status(int i) {
        return i % 11 == 10 ? 0 : 200 + i % 4 * 100;
    }

    private static boolean complete(int i) {
        return i % 11 != 10;
    }

    private static long durationNanos(int i) {
        return i % 500 * 1_000_000L;
    }

    private static int bodyBytes(int i) {
        return status(i) == 0 ? 0 : i % 50;
    }

    private void record(ExchangeSink sink, int from, int to) {
        for (int i = from; i < to; i++) {
            Client client = new Client("127.0.0.1:1", "127.0.0.1:2", i % 3 == 0 ? Source.REPLAY : Source.EXPLICIT,
                    i % 5 == 0 ? Optional.of("browser-" + i % 2) : Optional.empty(), 1);
            RequestHead head = RequestHead.of(METHODS.get(i % 4), path(i), Fields.EMPTY);
            Recording recording = sink.open(new ExchangeStart(new UUID(0xabcL, i), started(i), client, new Endpoint("https", host(i), 443), head,
                    Optional.empty()));
            if (status(i) != 0) {
                recording.response(ResponseHead.of(status(i), "Made Up",
                        Fields.of(List.of(new Fields.Line("Content-Type", TYPES.get(i % 3) + "; charset=utf-8")))));
                byte[] body = ("body " + i % 1_000 + " ".repeat(50)).substring(0, bodyBytes(i)).getBytes(StandardCharsets.US_ASCII);
                recording.responseBody(body, 0, body.length);
                recording.responseEnd(new BodyEnd(body.length, Sha256.of(body, body.length), true, Fields.EMPTY));
            }
            Outcome outcome = complete(i) ? new Outcome.Complete() : new Outcome.Incomplete(i % 2 == 0 ? ErrorClass.DNS : ErrorClass.RESET, "so");
            recording.end(new ExchangeEnd(outcome, new Timings(-1, -1, -1, -1, -1, -1, -1, durationNanos(i)), List.of(), List.of()));
        }
    }

    private List<Case> cases() {
        Optional<String> no = Optional.empty();
        OptionalInt noInt = OptionalInt.empty();
        OptionalLong noLong = OptionalLong.empty();
        Optional<SessionQuery.State> noState = Optional.empty();
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("all", SessionQuery.ALL, i -> true));
        cases.add(new Case("method", query(Optional.of("post"), no, no, no, no, no, noInt, noInt, noLong, noLong, noLong, noLong, noState, no),
                i -> i % 4 == 1));
        cases.add(new Case("host", query(no, Optional.of("WWW1.example"), no, no, no, no, noInt, noInt, noLong, noLong, noLong, noLong, noState,
                no), i -> i % 13 == 1));
        cases.add(new Case("url", query(no, no, Optional.of("Item/12"), no, no, no, noInt, noInt, noLong, noLong, noLong, noLong, noState, no),
                i -> url(i).contains("item/12")));
        cases.add(new Case("text", query(no, no, no, Optional.of("page=42"), no, no, noInt, noInt, noLong, noLong, noLong, noLong, noState, no),
                i -> i % 97 == 42));
        cases.add(new Case("text in target", query(no, no, no, Optional.of("BROWSER-1"), no, no, noInt, noInt, noLong, noLong, noLong, noLong,
                noState, no), i -> i % 10 == 5));
        cases.add(new Case("content type", query(no, no, no, no, Optional.of("JSON"), no, noInt, noInt, noLong, noLong, noLong, noLong, noState,
                no), i -> status(i) != 0 && i % 3 == 1));
        cases.add(new Case("target", query(no, no, no, no, no, Optional.of("browser-0"), noInt, noInt, noLong, noLong, noLong, noLong, noState, no),
                i -> i % 10 == 0));
        cases.add(new Case("status range", query(no, no, no, no, no, no, OptionalInt.of(300), OptionalInt.of(400), noLong, noLong, noLong, noLong,
                noState, no), i -> status(i) == 300 || status(i) == 400));
        cases.add(new Case("no such status", query(no, no, no, no, no, no, OptionalInt.of(501), noInt, noLong, noLong, noLong, noLong, noState, no),
                i -> false));
        cases.add(new Case("start range", query(no, no, no, no, no, no, noInt, noInt, OptionalLong.of(STARTED + 1_000),
                OptionalLong.of(STARTED + 2_000), noLong, noLong, noState, no), i -> started(i) >= STARTED + 1_000 && started(i) <= STARTED + 2_000));
        cases.add(new Case("duration", query(no, no, no, no, no, no, noInt, noInt, noLong, noLong, OptionalLong.of(250), noLong, noState, no),
                i -> durationNanos(i) >= 250_000_000));
        cases.add(new Case("size", query(no, no, no, no, no, no, noInt, noInt, noLong, noLong, noLong, OptionalLong.of(30), noState, no),
                i -> bodyBytes(i) >= 30));
        cases.add(new Case("state", query(no, no, no, no, no, no, noInt, noInt, noLong, noLong, noLong, noLong,
                Optional.of(SessionQuery.State.INCOMPLETE), no), i -> !complete(i)));
        cases.add(new Case("error class", query(no, no, no, no, no, no, noInt, noInt, noLong, noLong, noLong, noLong, noState, Optional.of("dns")),
                i -> !complete(i) && i % 2 == 0));
        cases.add(new Case("several", query(Optional.of("GET"), Optional.of("www2"), no, no, Optional.of("html"), no, OptionalInt.of(200), noInt,
                noLong, noLong, noLong, noLong, Optional.of(SessionQuery.State.COMPLETE), no),
                i -> i % 4 == 0 && host(i).contains("www2") && i % 3 == 0 && status(i) >= 200 && complete(i)));
        return cases;
    }

    private static SessionQuery query(Optional<String> method, Optional<String> host, Optional<String> url, Optional<String> text,
            Optional<String> type, Optional<String> target, OptionalInt statusMin, OptionalInt statusMax, OptionalLong from, OptionalLong to,
            OptionalLong duration, OptionalLong size, Optional<SessionQuery.State> state, Optional<String> error) {
        return new SessionQuery(method, host, url, text, type, target, statusMin, statusMax, from, to, duration, size, state,
                error.map(id -> id.equals("dns") ? ErrorClass.DNS : ErrorClass.RESET), Optional.empty(), false);
    }

    private static void check(QueryModel model, Session session, int recorded) throws IOException {
        for (Case one : model.cases()) {
            long expected = 0;
            for (int i = 0; i < recorded; i++) {
                expected += one.matches().test(i) ? 1 : 0;
            }
            equal(one.what() + " over " + recorded, expected, session.query(one.query(), 0, 5, Optional.empty()).total());
            long[] seen = new long[1];
            session.forEach(one.query(), entry -> {
                int i = (int) entry.seq() - 1;
                if (!one.matches().test(i)) {
                    throw new AssertionError(one.what() + " found " + entry);
                }
                seen[0]++;
                return true;
            });
            equal(one.what() + " one by one", expected, seen[0]);
        }
    }

    private void check(Session session, int recorded) throws IOException {
        check(this, session, recorded);
        for (int i = 0; i < recorded; i += 997) {
            IndexEntry entry = session.find(i + 1).orElseThrow();
            equal("entry " + i, url(i) + " " + METHODS.get(i % 4) + " " + started(i) + " " + status(i) + " " + bodyBytes(i),
                    entry.url() + " " + entry.method() + " " + entry.startedAtMillis() + " " + entry.status().orElse(0) + " "
                            + entry.responseBytes());
            equal("exchange " + i, path(i), session.exchange(i + 1).orElseThrow().exchange().start().path());
        }
    }

    /** Turns pages to the end: every exchange of the first {@code recorded} comes once and in order, whatever is recorded meanwhile. */
    private void page(Session session, int recorded, boolean descending) throws IOException {
        SessionQuery all = SessionQuery.ALL;
        SessionQuery query = new SessionQuery(all.method(), all.hostContains(), all.urlContains(), all.text(), all.contentTypeContains(),
                all.targetId(), all.statusMin(), all.statusMax(), all.fromMillis(), all.toMillis(), all.minDurationMillis(), all.minBytes(),
                all.state(), all.errorClass(), all.source(), descending);
        Comparator<IndexEntry> order = Comparator.comparingLong(IndexEntry::startedAtMillis).thenComparingLong(IndexEntry::seq);
        order = descending ? order.reversed() : order;
        Optional<IndexEntry> last = Optional.empty();
        Optional<String> cursor = Optional.empty();
        int page = Math.max(100, recorded / 20);
        int seen = 0;
        do {
            SessionPage found = session.query(query, 0, page, cursor);
            for (IndexEntry entry : found.items()) {
                if (last.isPresent() && order.compare(last.get(), entry) >= 0) {
                    throw new AssertionError(entry + " comes behind " + last.get());
                }
                last = Optional.of(entry);
                seen += entry.seq() <= recorded ? 1 : 0;
            }
            cursor = found.nextCursor();
        } while (cursor.isPresent());
        equal("exchanges on all pages", recorded, seen);
    }

    private static void equal(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + actual);
        }
    }
}
