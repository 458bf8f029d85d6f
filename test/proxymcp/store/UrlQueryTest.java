package proxymcp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.HeadLimits;
import proxymcp.http.HeadParser;
import proxymcp.http.ProtocolException;

/** The index keeps URLs in two parts, origin and path; nobody must notice. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class UrlQueryTest {
    private static final HeadLimits LIMITS = new HeadLimits(1 << 16, 100);

    private static ExchangeStart start(Endpoint endpoint, String method, String target) throws ProtocolException {
        byte[] head = (method + " " + target + " HTTP/1.1\r\nHost: other.test\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return new ExchangeStart(new UUID(1, 2), TestStore.CLOCK.millis(), new Client("127.0.0.1:1", "127.0.0.1:2", Source.EXPLICIT,
                Optional.empty(), 1), endpoint, HeadParser.parseRequest(head, LIMITS), Optional.empty());
    }

    private static List<ExchangeStart> starts() throws ProtocolException {
        List<ExchangeStart> starts = new ArrayList<>();
        List<Endpoint> endpoints = List.of(new Endpoint("http", "a.test", 80), new Endpoint("https", "A.Test", 443),
                new Endpoint("https", "a.test", 8443), new Endpoint("http", "2001:db8::1", 80), new Endpoint("https", "2001:db8::1", 444),
                new Endpoint("ws", "tt.t", 80), new Endpoint(Endpoint.TUNNEL, "b.test", 25));
        for (Endpoint endpoint : endpoints) {
            for (String target : List.of("/", "/Path/a.test?q=t/", "/t:80/t:80", "http://c.test/in/absolute?form", "http://c.test",
                    "http://c.test?only=query")) {
                starts.add(start(endpoint, "GET", target));
            }
            starts.add(start(endpoint, "OPTIONS", "*"));
            starts.add(start(endpoint, "CONNECT", "b.test:25"));
        }
        return starts;
    }

    private static SessionQuery withUrl(Optional<String> host, Optional<String> url, Optional<String> text) {
        return new SessionQuery(Optional.empty(), host, url, text, Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty(),
                OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), false);
    }

    private static List<String> urls(Session session, SessionQuery query) throws Exception {
        List<String> urls = new ArrayList<>();
        session.forEach(query, entry -> urls.add(entry.url()));
        return urls;
    }

    @Test
    void everyPartOfAUrlFindsTheUrlsThatContainItAndNoOther(@TempDir Path root) throws Exception {
        List<ExchangeStart> starts = starts();
        try (SessionCatalog catalog = TestStore.catalog(root, TestStore.SMALL)) {
            SessionWriter writer = TestStore.begin(catalog);
            for (ExchangeStart start : starts) {
                writer.sink().open(start).end(new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of()));
            }
            Session session = catalog.open(catalog.end(writer).id());
            List<String> hosts = new ArrayList<>();
            session.forEach(SessionQuery.ALL, entry -> hosts.add(entry.host()));
            assertEquals(starts.stream().map(start -> start.endpoint().host()).toList(), hosts);
            List<String> urls = starts.stream().map(ExchangeStart::url).toList();
            assertEquals(urls, urls(session, SessionQuery.ALL));
            for (String part : parts(urls)) {
                List<String> expected = urls.stream().filter(url -> url.toLowerCase(Locale.ROOT).contains(part)).toList();
                assertEquals(expected, urls(session, withUrl(Optional.empty(), Optional.of(part.toUpperCase(Locale.ROOT)), Optional.empty())), part);
                assertEquals(starts.stream().filter(start -> start.endpoint().host().toLowerCase(Locale.ROOT).contains(part))
                        .map(ExchangeStart::url).toList(), urls(session, withUrl(Optional.of(part), Optional.empty(), Optional.empty())), part);
            }
            assertEquals(List.of(), urls(session, withUrl(Optional.empty(), Optional.of("a.test/t:80/t:80/"), Optional.empty())));
            assertEquals(List.of("http://a.test/t:80/t:80", "https://A.Test/t:80/t:80"),
                    urls(session, withUrl(Optional.empty(), Optional.empty(), Optional.of("A.test/T:80/"))));
        }
    }

    private static Set<String> parts(List<String> urls) {
        Set<String> parts = new TreeSet<>();
        for (String url : urls) {
            for (int from = 0; from < url.length(); from++) {
                for (int to = from + 1; to <= url.length(); to++) {
                    parts.add(url.substring(from, to).toLowerCase(Locale.ROOT));
                }
            }
        }
        return parts;
    }

    @Test
    void aMemoHoldsWhatWasPutIntoItHoweverMuch() {
        EntryMemo memo = new EntryMemo();
        for (int i = 0; i < 10_000; i++) {
            assertEquals(EntryMemo.UNKNOWN, memo.find(i * 31));
            memo.put(i * 31, i + 1);
        }
        memo.put(31, 77);
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i == 1 ? 77 : i + 1, memo.find(i * 31));
        }
    }

    @Test
    void equalTextsAreKeptOnceAndNoTwoAreTakenForOne() throws Exception {
        TextArea area = new TextArea(Extents.inMemory(1 << 17));
        area.reset(0);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            texts.add("text " + i);
        }
        List<Long> entries = new ArrayList<>();
        for (String text : texts) {
            byte[] bytes = ("." + text + ".").getBytes(StandardCharsets.UTF_8);
            long entry = area.intern(bytes, 1, bytes.length - 2);
            assertEquals(entry, area.intern(bytes, 1, bytes.length - 2));
            entries.add(entry);
        }
        List<String> read = new ArrayList<>();
        for (long entry : entries) {
            read.add(area.text(entry));
        }
        assertEquals(texts, read);
    }
}
