package proxymcp.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static proxymcp.diff.SampledExchange.answer;
import static proxymcp.diff.SampledExchange.changes;
import static proxymcp.diff.SampledExchange.get;
import static proxymcp.diff.SampledExchange.json;
import static proxymcp.diff.SampledExchange.post;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.CapturedBody;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;

/** Each kind of part, with one change planted; everything that is not planted must stay silent. */
@Timeout(60)
final class FieldDiffTest {
    @Test void equalExchangesDoNotDiffer() {
        PairDiff diff = FieldDiff.compare(full().fields(), full().fields(), ArrayMode.AUTO);
        assertTrue(diff.isEqual(), () -> SampledExchange.text(diff));
    }

    private static SampledExchange full() {
        return post("application/x-www-form-urlencoded", "a=1&a=2").sends("Cookie", "s=1; t=2").gets("Set-Cookie", "u=3; Path=/").waits(5)
                .tls("TLSv1.3", "http/1.1", "t13").gets("Content-Type", "application/json").gets(SampledExchange.Body.of("{\"a\":[1,{\"b\":null}]}"));
    }

    @Test void theRequestLineIsComparedByItsParts() {
        assertEquals("changed request.method: GET -> PUT\n", changes(get("/a"), SampledExchange.posts("PUT", "/a")));
        assertEquals("changed request.path.2: 17 -> 18\n", changes(get("/users/17/posts"), get("/users/18/posts")));
        assertEquals("added request.path.2: (none) -> \n", changes(get("/users"), get("/users/")));
        assertEquals("changed request.version: HTTP/1.1 -> HTTP/2\n", changes(get("/"), get("/").version(HttpVersion.HTTP_2)));
    }

    @Test void segmentsAreNamedByTheEndpointsParameters() {
        FieldReader reader = new FieldReader(proxymcp.decode.Decoders.builtin());
        Endpoint endpoint = new Endpoint("GET", "a.example", "/users/{id}/posts/{slug}", "");
        ExchangeFields a = reader.read(get("/users/17/posts/x").stored(), endpoint);
        ExchangeFields b = reader.read(get("/users/18/posts/y").stored(), endpoint);
        assertEquals("changed request.path.{id}: 17 -> 18\nchanged request.path.{slug}: x -> y\n",
                SampledExchange.text(FieldDiff.compare(a, b, ArrayMode.AUTO)));
        Endpoint twice = new Endpoint("GET", "a.example", "/{id}/{id}", "");
        assertEquals("changed request.path.2: 2 -> 3\n", SampledExchange.text(FieldDiff.compare(reader.read(get("/1/2").stored(), twice),
                reader.read(get("/1/3").stored(), twice), ArrayMode.AUTO)));
    }

    @Test void theQueryIsComparedByNameWithDuplicatesOrderAndSpelling() {
        assertEquals("changed request.query.page: 1 -> 2\n", changes(get("/?page=1&q=x"), get("/?page=2&q=x")));
        assertEquals("removed request.query.page: 1 -> (none)\nadded request.query.p: (none) -> 1\n", changes(get("/?page=1&q=x"), get("/?p=1&q=x")));
        assertEquals("added request.query.id @ id#2: (none) -> 2\n", changes(get("/?id=1&id=3"), get("/?id=1&id=2&id=3")));
        assertEquals("changed request.query.id @ id#2: 2 -> 4\n", changes(get("/?id=1&id=2&id=3"), get("/?id=1&id=4&id=3")));
        assertEquals("reordered request.query.id: 1, 2 -> 2, 1\n", changes(get("/?id=1&id=2"), get("/?id=2&id=1")));
        assertEquals("reordered request.query: a, b -> b, a\n", changes(get("/?a=1&b=2"), get("/?b=2&a=1")));
        assertEquals("changed request.query: q=a%20b -> q=a+b\n", changes(get("/?q=a%20b"), get("/?q=a+b")));
        assertEquals("changed request.query: a -> a=\n", changes(get("/?a"), get("/?a=")));
    }

    @Test void fieldLinesAreComparedByNameAndTheirOrderAndCaseApart() {
        assertEquals("changed request.header.accept: a -> b\n", changes(get("/").sends("Accept", "a"), get("/").sends("Accept", "b")));
        assertEquals("added request.header.x: (none) -> 1\n", changes(get("/").sends("A", "1").sends("B", "2"),
                get("/").sends("X", "1").sends("A", "1").sends("B", "2")));
        assertEquals("reordered request.header_order: a, b -> b, a\n", changes(get("/").sends("A", "1").sends("B", "2"),
                get("/").sends("B", "2").sends("A", "1")));
        assertEquals("changed request.header_case: Accept, User-Agent -> accept, user-agent\n",
                changes(get("/").sends("Accept", "1").sends("X", "1").sends("User-Agent", "2"),
                        get("/").sends("accept", "1").sends("X", "1").sends("user-agent", "2")));
        assertEquals("removed response.header.via @ via#2: b -> (none)\n", changes(get("/").gets("Via", "a").gets("Via", "b"), get("/").gets("Via", "a")));
        assertEquals("changed response.header.grpc-status: 0 -> 7\n", changes(get("/").trailers(new Fields.Builder().add("grpc-status", "0").build()),
                get("/").trailers(new Fields.Builder().add("grpc-status", "7").build())));
    }

    @Test void cookiesAreComparedOneByOne() {
        assertEquals("changed request.cookie.sid: 1 -> 2\nremoved request.cookie.csrf: x -> (none)\n",
                changes(get("/").sends("Cookie", "sid=1; csrf=x; lang=en"), get("/").sends("Cookie", "sid=2; lang=en")));
        assertEquals("reordered request.cookie: a, b -> b, a\n", changes(get("/").sends("Cookie", "a=1; b=2"), get("/").sends("Cookie", "b=2; a=1")));
        assertEquals("changed response.cookie.sid: 1 -> 2\nremoved response.cookie.sid;secure:  -> (none)\n"
                + "changed response.cookie.sid;samesite: Lax -> None\nadded response.cookie.sid;partitioned: (none) -> \n",
                changes(get("/").gets("Set-Cookie", "sid=1; Path=/; Secure; SameSite=Lax"),
                        get("/").gets("Set-Cookie", "sid=2; path=/; SameSite=None; Partitioned")));
    }

    @Test void formsAreComparedByField() {
        assertEquals("changed request.form.user: a b -> c\nadded request.form.otp: (none) -> 1\n",
                changes(post("application/x-www-form-urlencoded", "user=a+b&p=1"), post("application/x-www-form-urlencoded", "user=c&p=1&otp=1")));
        assertEquals("changed request.layer.form.data.a: 1 -> 2\n", changes(post("application/x-www-form-urlencoded", "data=%7B%22a%22%3A1%7D"),
                post("application/x-www-form-urlencoded", "data=%7B%22a%22%3A2%7D")));
    }

    @Test void multipartIsComparedByPart() {
        String type = "multipart/form-data; boundary=X";
        String one = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n\0\1\r\n--X\r\nContent-Disposition: form-data; name=\"m\"\r\n\r\n{\"k\":[1,2]}\r\n--X--\r\n";
        assertEquals("changed request.multipart.a: 1 -> 2\n", changes(post(type, one), post(type, one.replace("\r\n1\r\n", "\r\n2\r\n"))));
        assertEquals("changed request.multipart.f;filename: x.bin -> y.bin\n", changes(post(type, one), post(type, one.replace("x.bin", "y.bin"))));
        assertEquals("changed request.multipart.f: 2 octets, sha256 b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2 -> "
                + "2 octets, sha256 25dfd29c09617dcc9852281c030e5b3037a338a4712a42a21c907f259c6412a0\n",
                changes(post(type, one), post(type, one.replace("\0\1", "\2\1"))));
        assertEquals("added request.layer.multipart.m.k[*] @ multipart.m.k[1]: (none) -> 9\n",
                changes(post(type, one), post(type, one.replace("[1,2]", "[1,9,2]"))));
        assertEquals("", changes(post(type, one), post(type, one.replace("--X", "--YY")).sends("X", "")).replaceAll("added request.header.x.*\n", "")
                .replaceAll("changed request.header.content-type.*\n", ""));
    }

    @Test void tokensAreComparedByClaimWhereverTheyStand() {
        String one = token("{\"sub\":\"a\",\"exp\":1}");
        String other = token("{\"sub\":\"a\",\"exp\":2}");
        assertEquals("changed request.jwt.authorization.exp: 1 -> 2\n", changes(get("/").sends("Authorization", "Bearer " + one),
                get("/").sends("Authorization", "Bearer " + other)));
        assertEquals("changed request.jwt.cookie.sid.exp: 1 -> 2\n", changes(get("/").sends("Cookie", "sid=" + one), get("/").sends("Cookie", "sid=" + other)));
        assertEquals("changed response.jwt.cookie.sid.exp: 1 -> 2\n", changes(get("/").gets("Set-Cookie", "sid=" + one + "; Path=/"),
                get("/").gets("Set-Cookie", "sid=" + other + "; Path=/")));
        assertEquals("changed response.jwt.$.access_token.exp: 1 -> 2\n", changes(json("{\"access_token\":\"" + one + "\"}"),
                json("{\"access_token\":\"" + other + "\"}")));
        assertEquals("changed response.jwt.$.l[*].t.exp @ $.l[1].t.exp: 1 -> 2\n", changes(json("{\"l\":[{\"id\":1},{\"id\":2,\"t\":\"" + one + "\"}]}"),
                json("{\"l\":[{\"id\":0},{\"id\":1},{\"id\":2,\"t\":\"" + other + "\"}]}")).replaceAll("added response.json.*\n", ""));
        assertEquals("changed request.header.authorization: Bearer " + one + " -> Bearer " + one + "x\n",
                changes(get("/").sends("Authorization", "Bearer " + one), get("/").sends("Authorization", "Bearer " + one + "x")));
    }

    private static String token(String claims) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + "." + base64.encodeToString(claims.substring(2).getBytes(StandardCharsets.UTF_8));
    }

    @Test void decodedLayersAreComparedInside() {
        String one = Base64.getEncoder().encodeToString("{\"user\":{\"id\":17},\"n\":1}".getBytes(StandardCharsets.UTF_8));
        String other = Base64.getEncoder().encodeToString("{\"n\":1,\"user\":{\"id\":18}}".getBytes(StandardCharsets.UTF_8));
        assertEquals("changed response.layer.$.data.user.id: 17 -> 18\n", changes(json("{\"data\":\"" + one + "\"}"), json("{\"data\":\"" + other + "\"}")));
        assertEquals("changed response.layer.$.data.a: 1 -> 2\n", changes(json("{\"data\":\"{\\\"a\\\":1}\"}"), json("{\"data\":\"{\\\"a\\\":2}\"}")));
        byte[] packA = {(byte) 0x82, (byte) 0xa1, 'a', 1, (byte) 0xa1, 'b', (byte) 0xc3};
        byte[] packB = {(byte) 0x82, (byte) 0xa1, 'b', (byte) 0xc3, (byte) 0xa1, 'a', 2};
        assertEquals("changed response.layer.$.a: 1 -> 2\n", changes(answer("application/msgpack", SampledExchange.Body.of(packA)),
                answer("application/msgpack", SampledExchange.Body.of(packB))));
        byte[] protoA = {0x08, (byte) 0x96, 0x01, 0x12, 0x02, 'h', 'i'};
        byte[] protoB = {0x08, (byte) 0x97, 0x01, 0x12, 0x02, 'h', 'i'};
        assertEquals("changed response.layer.$.f1: 150 -> 151\n", changes(answer("application/x-protobuf", SampledExchange.Body.of(protoA)),
                answer("application/x-protobuf", SampledExchange.Body.of(protoB))));
    }

    @Test void eventsAndMessagesOfGrpcAreComparedInside() {
        String events = changes(answer("text/event-stream", "id: 1\ndata: {\"a\":1}\n\nid: 2\ndata: {\"a\":2}\n\n"),
                answer("text/event-stream", "id: 1\ndata: {\"a\":1}\n\nid: 2\ndata: {\"a\":3}\n\n"));
        assertTrue(events.startsWith("changed response.layer.$") && events.endsWith(".a: 2 -> 3\n") && events.lines().count() == 1, events);
        byte[] one = {0, 0, 0, 0, 7, 0x08, (byte) 0x96, 0x01, 0x12, 0x02, 'h', 'i'};
        byte[] other = one.clone();
        other[6] = (byte) 0x97;
        String messages = changes(answer("application/grpc", SampledExchange.Body.of(one)), answer("application/grpc", SampledExchange.Body.of(other)));
        assertTrue(messages.startsWith("changed response.layer.$") && messages.contains(".f1 @ ") && messages.lines().count() == 1, messages);
    }

    @Test void whatDecodersMissIsStillSeen() {
        byte[] one = {0x08, 0x01, 0x12, 0x02, 'h', 'i'};
        byte[] longer = {0x08, (byte) 0x81, 0x00, 0x12, 0x02, 'h', 'i'};
        String text = changes(answer("application/x-protobuf", SampledExchange.Body.of(one)), answer("application/x-protobuf", SampledExchange.Body.of(longer)));
        assertTrue(text.startsWith("changed response.body: 6 octets, sha256 "), text);
    }

    @Test void octetsThatNothingTakesAreComparedByDigest() {
        byte[] one = {(byte) 0x89, 'P', 'N', 'G', 0, 1};
        byte[] other = {(byte) 0x89, 'P', 'N', 'G', 0, 2};
        String text = changes(answer("image/png", SampledExchange.Body.of(one)), answer("image/png", SampledExchange.Body.of(other)));
        assertTrue(text.matches("changed response.body: 6 octets, sha256 [0-9a-f]{64} -> 6 octets, sha256 [0-9a-f]{64}\n"), text);
    }

    @Test void textIsComparedByLine() {
        assertEquals("changed response.body @ line 2: <b nonce=1> -> <b nonce=2>\n", changes(answer("text/html", "<a>\n<b nonce=1>\n<c>\n"),
                answer("text/html", "<a>\n<b nonce=2>\n<c>\n")));
        assertEquals("added response.body @ line 2: (none) -> new\n", changes(answer("text/plain", "a\nb\nc"), answer("text/plain", "a\nnew\nb\nc")));
        assertEquals("type_changed response.body: {\"a\":1} -> <html>\n", changes(json("{\"a\":1}"), answer("application/json", "<html>")));
    }

    @Test void statusVersionTlsAndTheBandOfTimeAreCompared() {
        assertEquals("changed response.status: 200 -> 403\n", changes(get("/"), get("/").status(403)));
        assertEquals("changed request.tls.version: TLSv1.3 -> TLSv1.2\nchanged request.tls.alpn: h2 -> http/1.1\nchanged request.tls.ja4: a -> b\n"
                + "changed response.tls.version: TLSv1.3 -> TLSv1.2\nchanged response.tls.alpn: h2 -> http/1.1\n",
                changes(get("/").tls("TLSv1.3", "h2", "a"), get("/").tls("TLSv1.2", "http/1.1", "b")));
        assertEquals("", changes(get("/").waits(10), get("/").waits(210)), "200 ms more are not more than that");
        assertEquals("", changes(get("/").waits(1_000), get("/").waits(3_900)), "not four times");
        assertEquals("changed response.timing.wait: 100 -> 400\n", changes(get("/").waits(100), get("/").waits(400)));
        assertEquals("changed response.timing.wait: 5000 -> 1\n", changes(get("/").waits(5_000), get("/").waits(1)));
    }

    @Test void bodiesThatAreNotWholeAreUnknownAndNeverEqual() {
        SampledExchange whole = json("{\"a\":1}");
        byte[] octets = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        for (SampledExchange.Body body : List.of(new SampledExchange.Body(octets, 9_000, CapturedBody.State.COMPLETE, Optional.empty()),
                new SampledExchange.Body(octets, octets.length, CapturedBody.State.INCOMPLETE, Optional.empty()),
                new SampledExchange.Body(octets, octets.length, CapturedBody.State.FLOWING, Optional.empty()),
                new SampledExchange.Body(octets, octets.length, CapturedBody.State.COMPLETE, Optional.of("crc")))) {
            SampledExchange cut = answer("application/json", body);
            assertEquals("unknown response\n", changes(whole, cut));
            assertEquals("unknown response\n", changes(cut, whole));
            assertEquals("unknown response\n", changes(cut, cut));
        }
        assertEquals("unknown response\n", changes(whole, json("{\"a\":1}").damaged("response body: crc32c")));
        assertEquals("unknown request\n", changes(post("text/plain", "a"), post("text/plain", "b").damaged("end of the request: crc32c")));
        assertEquals("unknown response\n", changes(json("{}").gets("Content-Encoding", "gzip"), json("[]").gets("Content-Encoding", "gzip")));
        assertEquals("unknown response\n", changes(json("{}").gets("Content-Encoding", "rot13"), json("{}").gets("Content-Encoding", "rot13")));
    }

    @Test void anExchangeWithoutResponseSaysWhy() {
        assertEquals("type_changed response.status: 200 -> connect_refused\nunknown response\n", changes(get("/"), get("/").refused()));
        assertEquals("", changes(get("/").refused(), get("/").refused()));
    }

    @Test void compressedAndPlainBodiesAreEqual() throws Exception {
        byte[] text = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        SampledExchange zipped = answer("application/json", SampledExchange.Body.of(Codings.encode(text, ContentCoding.parse(List.of("gzip")))))
                .gets("Content-Encoding", "gzip");
        assertEquals("added response.header.content-encoding: (none) -> gzip\n", changes(json("{\"a\":1}"), zipped));
    }

    @Test void linesOfJsonAndGuardedJsonAreJson() {
        assertEquals("changed response.json.$[*].a @ $[1].a: 2 -> 3\n", changes(answer("application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n"),
                answer("application/x-ndjson", "{\"a\":1}\n{\"a\":3}\n"), ArrayMode.ORDERED));
        assertEquals("changed response.json.$.a: 1 -> 2\n", changes(json(")]}',\n{\"a\":1}"), json(")]}',\n{\"a\":2}")));
    }
}
