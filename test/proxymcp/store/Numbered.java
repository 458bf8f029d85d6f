package proxymcp.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/** Exchanges that a number says everything about, so that a reader can tell what it should have found, and whether octets are from another one. */
final class Numbered {
    private static final int PIECE_BYTES = 3_000;

    private Numbered() {}

    /** Records exchange {@code n} from its beginning to its end. */
    static void record(ExchangeSink sink, long n) {
        Recording recording = begin(sink, n);
        finish(recording, n);
    }

    /** Records the request of exchange {@code n}. */
    static Recording begin(ExchangeSink sink, long n) {
        Client client = new Client("127.0.0.1:" + (1_024 + n % 50), "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), n % 50);
        RequestHead head = RequestHead.of(requestBody(n).length > 0 ? "POST" : "GET", path(n), Fields.EMPTY);
        Recording recording = sink.open(new ExchangeStart(new UUID(7, n), 1_700_000_000_000L + n, client,
                new Endpoint("http", "h" + n % 7 + ".example", 80), head, Optional.empty()));
        byte[] body = requestBody(n);
        pass(body, recording::requestBody);
        if (body.length > 0) {
            recording.requestEnd(new BodyEnd(body.length, Sha256.of(body, body.length), true, Fields.EMPTY));
        }
        return recording;
    }

    /** Records what came back for exchange {@code n}. */
    static void finish(Recording recording, long n) {
        recording.routed(new Route(Optional.empty(), "192.0.2.1:80", n % 9, n % 2 == 0, Optional.empty()));
        recording.response(ResponseHead.of(status(n), "Made Up", Fields.EMPTY));
        byte[] body = responseBody(n);
        pass(body, recording::responseBody);
        if (body.length > 0) {
            recording.responseEnd(new BodyEnd(body.length, Sha256.of(body, body.length), true, Fields.EMPTY));
        }
        recording.end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
    }

    private interface Taker {
        void take(byte[] bytes, int offset, int length);
    }

    private static void pass(byte[] body, Taker taker) {
        for (int at = 0; at < body.length; at += PIECE_BYTES) {
            taker.take(body, at, Math.min(PIECE_BYTES, body.length - at));
        }
    }

    static String path(long n) {
        return "/n/" + n;
    }

    static int status(long n) {
        return 210 + (int) (n % 5);
    }

    /** Of every fourth exchange: short, or longer than what is stored whole. */
    static byte[] requestBody(long n) {
        return n % 4 == 1 ? octets(n, n % 8 == 1 ? 200 : 11_000) : new byte[0];
    }

    /** None, shared by many, short, or longer than what is stored whole. */
    static byte[] responseBody(long n) {
        return switch ((int) (n % 5)) {
            case 0 -> new byte[0];
            case 1 -> "shared".getBytes(StandardCharsets.US_ASCII);
            case 2, 3 -> octets(-n, 900);
            default -> octets(-n, 13_000 + (int) (n % 1_000));
        };
    }

    private static byte[] octets(long seed, int length) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    /** What a session says of one numbered exchange, having been held against what was recorded. */
    enum Found {
        /** All of it is there. */
        WHOLE,
        /** It ended and something of it is missing, and it says so. */
        LACKING,
        /** It did not end. */
        IN_FLIGHT
    }

    /** Reads every exchange of a session, by number; fails if any says or holds what was never recorded. */
    static SortedMap<Long, Found> readAll(Session session) throws IOException {
        SortedMap<Long, Found> found = new TreeMap<>();
        session.forEach(SessionQuery.ALL, entry -> {
            long n = Long.parseLong(entry.url().substring(entry.url().lastIndexOf('/') + 1));
            Found before = found.put(n, read(session, entry, n));
            if (before != null) {
                throw new AssertionError("exchange " + n + " is there twice");
            }
            return true;
        });
        return found;
    }

    private static Found read(Session session, IndexEntry entry, long n) throws IOException {
        StoredExchange stored = session.exchange(entry.seq()).orElseThrow();
        String what = "exchange " + n + " with seq " + entry.seq() + ": ";
        if (!stored.damage().isEmpty()) {
            throw new AssertionError(what + stored.damage());
        }
        equal(what + "target", path(n), stored.exchange().start().path());
        if (stored.exchange().response().isPresent()) {
            equal(what + "status", status(n), stored.exchange().response().get().status());
        }
        boolean whole = isWhole(what + "request body", stored.requestBody(), requestBody(n))
                & isWhole(what + "response body", stored.responseBody(), responseBody(n)) & stored.exchange().response().isPresent();
        if (entry.state() == SessionQuery.State.IN_FLIGHT) {
            return Found.IN_FLIGHT;
        }
        if (entry.state() == SessionQuery.State.COMPLETE && !entry.shed()) {
            equal(what + "nothing is said to be missing, so all is there", true, whole);
            return Found.WHOLE;
        }
        return Found.LACKING;
    }

    /** Whether a stored body is all of {@code expected}; fails if it is no beginning of it. */
    private static boolean isWhole(String what, StoredBody body, byte[] expected) throws IOException {
        byte[] kept;
        try (InputStream in = body.open()) {
            kept = in.readAllBytes();
        }
        equal(what + " kept", (long) kept.length, body.kept());
        if (!Arrays.equals(kept, 0, kept.length, expected, 0, Math.min(kept.length, expected.length))) {
            throw new AssertionError(what + " holds other octets than passed");
        }
        return kept.length == expected.length && body.size() == expected.length;
    }

    private static void equal(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + actual);
        }
    }
}
