package bench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
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
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

/**
 * What a browser's traffic looks like to the store: request heads of some 500 octets, response heads of some 350, bodies of 1,024 octets, all
 * distinct; starts a few milliseconds out of step, as those of connections that run side by side. Exchange {@code i} is the same in every run. Not for several threads.
 */
final class StoreTraffic {
    static final int BODY_BYTES = 1_024;
    static final long FIRST_MILLIS = 1_760_000_000_000L;

    private static final int HOSTS = 64;
    private static final int NUMBER_DIGITS = 10;
    private static final Fields NO_FIELDS = Fields.EMPTY;
    private static final int[] STATUSES = {200, 200, 200, 200, 200, 200, 204, 302, 304, 404, 200, 200, 200, 200, 200, 500};
    private static final String[] TYPES = {"application/json; charset=utf-8", "text/html; charset=utf-8", "text/javascript", "image/webp"};
    private static final ExchangeEnd END = new ExchangeEnd(new Outcome.Complete(),
            new Timings(1_000, -1, -1, -1, 40_000, 9_000_000, 300_000, 9_500_000), List.of(), List.of());

    private final byte[][] requests = new byte[HOSTS][];
    private final int[] numberAt = new int[HOSTS];
    private final Endpoint[] endpoints = new Endpoint[HOSTS];
    private final Route[] routes = new Route[HOSTS];
    private final ResponseHead[] responses = new ResponseHead[STATUSES.length * TYPES.length];
    private final Client client = new Client("127.0.0.1:50000", "127.0.0.1:8080", Source.EXPLICIT, Optional.empty(), 1);
    private final byte[] body = new byte[BODY_BYTES];
    private final MessageDigest sha256;

    StoreTraffic() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        for (int host = 0; host < HOSTS; host++) {
            String name = "cdn" + host + ".shop-" + letters(random, 4 + host % 9) + ".example";
            String path = "/api/v2/catalog/" + letters(random, 6) + "/items/";
            String head = "GET " + path + "0".repeat(NUMBER_DIGITS) + "?currency=EUR&locale=de-DE&page=3 HTTP/1.1\r\nHost: " + name
                    + "\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
                    + " Chrome/139.0.0.0 Safari/537.36\r\nAccept: application/json, text/plain, */*\r\nReferer: https://" + name
                    + "/\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.8\r\nCookie: sid="
                    + letters(random, 80) + "\r\n\r\n";
            requests[host] = (host % 8 == 0 ? "POST" + head.substring(3) : head).getBytes(StandardCharsets.ISO_8859_1);
            numberAt[host] = head.indexOf("/items/") + 7 + (host % 8 == 0 ? 1 : 0);
            endpoints[host] = new Endpoint("https", name, 443);
            routes[host] = new Route(Optional.empty(), "192.0.2." + host + ":443", 100 + host, true, Optional.empty());
        }
        for (int i = 0; i < responses.length; i++) {
            int status = STATUSES[i % STATUSES.length];
            String head = "HTTP/1.1 " + status + " Reason\r\nDate: Tue, 07 Oct 2025 08:00:00 GMT\r\nContent-Type: " + TYPES[i / STATUSES.length]
                    + "\r\nContent-Length: 1024\r\nConnection: keep-alive\r\nServer: nginx\r\nCache-Control: max-age=0, private\r\n"
                    + "Vary: Accept-Encoding, Origin\r\nX-Request-Id: " + letters(random, 32) + "\r\nStrict-Transport-Security: "
                    + "max-age=31536000\r\n\r\n";
            responses[i] = new ResponseHead(HttpVersion.HTTP_1_1, status, "Reason", NO_FIELDS, List.of(),
                    head.getBytes(StandardCharsets.ISO_8859_1));
        }
        System.arraycopy(letters(random, BODY_BYTES).getBytes(StandardCharsets.ISO_8859_1), 0, body, 0, BODY_BYTES);
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String letters(RandomGenerator random, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    /** Digests of the bodies of exchanges {@code first} to {@code first + count - 1}, as the proxy knows them when a body ends. */
    byte[][] digests(int first, int count) {
        byte[][] digests = new byte[count][];
        for (int i = 0; i < count; i++) {
            digests[i] = sha256.digest(body(first + i));
        }
        return digests;
    }

    /** Records exchange {@code i} from its beginning to its end. */
    void record(ExchangeSink sink, int i, byte[] digest) {
        int host = host(i);
        RequestHead head = new RequestHead(host % 8 == 0 ? "POST" : "GET", "/", HttpVersion.HTTP_1_1, NO_FIELDS, List.of(), request(i));
        Recording recording = sink.open(new ExchangeStart(new UUID(0x1234_5678_9abc_4000L, i), FIRST_MILLIS + i + i * 7 % 5, client, endpoints[host], head,
                Optional.empty()));
        recording.routed(routes[host]);
        recording.response(response(i));
        recording.responseBody(body(i), 0, BODY_BYTES);
        recording.responseEnd(new BodyEnd(BODY_BYTES, digest, true, NO_FIELDS));
        recording.end(END);
    }

    void record(ExchangeSink sink, int i) {
        record(sink, i, sha256.digest(body(i)));
    }

    /** Request head of exchange {@code i}. */
    byte[] request(int i) {
        byte[] head = requests[host(i)].clone();
        stamp(head, numberAt[host(i)], i);
        return head;
    }

    /** Response head of exchange {@code i}. */
    ResponseHead response(int i) {
        return responses[i % responses.length];
    }

    /** Body of exchange {@code i}; valid until the next call. */
    byte[] body(int i) {
        stamp(body, 0, i);
        return body;
    }

    private static int host(int i) {
        return (int) ((i * 2_654_435_769L >>> 16) % HOSTS);
    }

    private static void stamp(byte[] bytes, int at, int number) {
        int left = number;
        for (int digit = NUMBER_DIGITS - 1; digit >= 0; digit--) {
            bytes[at + digit] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }
}
