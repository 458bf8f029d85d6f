package proxymcp.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.codec.ContentCoding;
import proxymcp.codec.Codings;

/** Binary formats: vectors from RFC 8949 appendix A and by hand from the other specifications; damage; random octets. */
@Timeout(60)
final class BinaryDecodersTest {
    private static final String CBOR = """
            00|0
            1818|24
            1bffffffffffffffff|18446744073709551615
            c249010000000000000000|18446744073709551616
            3bffffffffffffffff|-18446744073709551616
            c349010000000000000000|-18446744073709551617
            3863|-100
            f90000|0.0
            f98000|-0.0
            f93e00|1.5
            f97bff|65504.0
            fa47c35000|100000.0
            f90001|5.9604645E-8
            f97c00|{"$float":"Infinity"}
            f97e00|{"$float":"NaN"}
            fb3ff199999999999a|1.1
            f5|true
            f6|null
            f7|{"$undefined":true}
            f0|{"$simple":16}
            f8ff|{"$simple":255}
            c11a514b67b0|{"$tag":1,"value":1363896240,"time":"2013-03-21T20:04:00Z"}
            d74401020304|{"$tag":23,"value":{"$binary":"AQIDBA=="}}
            40|{"$binary":""}
            64f0908591|"\\ud800\\udd51"
            80|[]
            a201020304|{"$map":[[1,2],[3,4]]}
            a26161016162820203|{"a":1,"b":[2,3]}
            5f42010243030405ff|{"$binary":"AQIDBAU="}
            7f657374726561646d696e67ff|"streaming"
            9f018202039f0405ffff|[1,[2,3],[4,5]]
            bf61610161629f0203ffff|{"a":1,"b":[2,3]}
            a2616101616102|{"a":1,"a":2}
            0102|{"$sequence":[1,2]}
            """.replace("\\ud800\\udd51", "\ud800\udd51");
    private static final String MSGPACK = """
            c0|null
            c3|true
            7f|127
            e0|-32
            cfffffffffffffffff|18446744073709551615
            d38000000000000000|-9223372036854775808
            d1ff00|-256
            ca3dcccccd|0.1
            ca4f000000|2.147483648E9
            cb3ff199999999999a|1.1
            c40200ff|{"$binary":"AP8="}
            a3616263|"abc"
            d90161|"a"
            a1ff|{"$invalidUtf8":"/w=="}
            920102|[1,2]
            dc00020102|[1,2]
            82a16101a16202|{"a":1,"b":2}
            82a16101a16102|{"a":1,"a":2}
            de0001a16101|{"a":1}
            8101a161|{"$map":[[1,"a"]]}
            d40510|{"$ext":5,"data":"EA=="}
            c70305010203|{"$ext":5,"data":"AQID"}
            d6ff00000001|{"$timestamp":"1970-01-01T00:00:01Z"}
            d7ff0000000400000001|{"$timestamp":"1970-01-01T00:00:01.000000001Z"}
            c70cff00000000ffffffffffffffff|{"$timestamp":"1969-12-31T23:59:59Z"}
            c0c3|{"$sequence":[null,true]}
            """;
    /** {@code package p; message M {int32 a=1; sint32 z=2; repeated int32 r=3; E e=4; M m=5; map<string,int32> k=6;} enum E {NO=0; YES=1;}}. */
    private static final byte[] SCHEMA = schema();
    private static final String EVERYTHING = "089601" + "1003" + "1a03010203" + "2001" + "2a020801" + "32050a01781005" + "4a0161";

    @Test
    void cborIsReadAsItsAppendixSays() throws IOException {
        vectors(new CborDecoder(), CBOR);
    }

    @Test
    void messagePackIsReadAsItsSpecificationSays() throws IOException {
        vectors(new MessagePackDecoder(), MSGPACK);
    }

    private static void vectors(Decoder decoder, String table) throws IOException {
        for (String line : table.split("\n")) {
            String[] pair = line.split("\\|", 2);
            assertEquals(pair[1], json(decoder, DecodeInput.of(hex(pair[0]))), pair[0]);
        }
    }

    @Test
    void malformedItemsFailAtTheirPlace() {
        for (String wrong : new String[] {"ff", "1c", "1f", "f818", "5f01ff", "c1", "62", "df1f", ""}) {
            DecodeException e = assertThrows(DecodeException.class, () -> json(new CborDecoder(), DecodeInput.of(hex(wrong))), wrong);
            assertTrue(e.offset() >= 0, wrong);
        }
        for (String wrong : new String[] {"c1", "a3", "c4ff", "", "dc00", "c7"}) {
            assertThrows(DecodeException.class, () -> json(new MessagePackDecoder(), DecodeInput.of(hex(wrong))), wrong);
        }
    }

    @Test
    void containerCutShortKeepsItsBeginning() throws IOException {
        DecodedLayer layer = new MessagePackDecoder().decode(DecodeInput.of(hex("93a161c3c1")), new DecodeSink(100));
        assertEquals(LayerStatus.PARTIAL, layer.status());
        assertEquals("[\"a\",true]", value(layer));
        assertEquals(4, layer.consumed());
    }

    @Test
    void deepNestingStopsAtTheLimit() throws IOException {
        byte[] deep = new byte[200_000];
        Arrays.fill(deep, (byte) 0x91);
        assertEquals(LayerStatus.PARTIAL, new MessagePackDecoder().decode(DecodeInput.of(deep), new DecodeSink(100)).status());
        Arrays.fill(deep, (byte) 0x81);
        assertEquals(LayerStatus.PARTIAL, new CborDecoder().decode(DecodeInput.of(deep), new DecodeSink(100)).status());
        Arrays.fill(deep, (byte) 0x0b);
        assertThrows(DecodeException.class, () -> json(new ProtobufDecoder(), DecodeInput.of(deep)));
    }

    @Test
    void messageIsReadByItsDescriptor() throws IOException {
        assertEquals("{\"a\":150,\"z\":-2,\"r\":[1,2,3],\"e\":\"YES\",\"m\":{\"a\":1},\"k\":{\"x\":5},\"$unknown\":{\"fields\":[{\"field\":9,"
                + "\"wire\":\"bytes\",\"readings\":[{\"as\":\"string\",\"value\":\"a\",\"score\":0.65}]}]}}", json(new ProtobufDecoder(), typed("p.M")));
        assertThrows(DecodeException.class, () -> json(new ProtobufDecoder(), typed("p.None")));
    }

    @Test
    void messageWithoutSchemaHasRankedReadings() throws IOException {
        String read = json(new ProtobufDecoder(), DecodeInput.of(hex("089601" + "120774657374696e67" + "1a03089601" + "230801" + "24" + "2d0000803f")));
        assertTrue(read.contains("{\"field\":1,\"wire\":\"varint\",\"readings\":[{\"as\":\"uint64\",\"value\":150"), read);
        assertTrue(read.contains("{\"as\":\"sint64\",\"value\":75"), read);
        assertTrue(read.contains("{\"field\":2,\"wire\":\"bytes\",\"readings\":[{\"as\":\"string\",\"value\":\"testing\""), read);
        assertTrue(read.contains("{\"field\":3,\"wire\":\"bytes\",\"readings\":[{\"as\":\"message\",\"value\":{\"fields\":[{\"field\":1"), read);
        assertTrue(read.contains("{\"field\":4,\"wire\":\"group\""), read);
        assertTrue(read.contains("{\"as\":\"float\",\"value\":1.0"), read);
    }

    @Test
    void framesOfGrpcAreSeveralMessagesAndTrailers() throws IOException {
        byte[] frames = hex("0000000003089601" + "0000000000" + "800000000f" + HexFormat.of().formatHex("grpc-status: 0\n".getBytes(StandardCharsets.US_ASCII)));
        String read = json(GrpcDecoder.web(), DecodeInput.of(frames));
        assertTrue(read.startsWith("{\"trailers\":{\"grpc-status\":\"0\"},\"messages\":[{\"bytes\":3,\"message\":{\"fields\":[{\"field\":1"), read);
        String text = Base64.getEncoder().encodeToString(Arrays.copyOf(frames, 8)) + Base64.getEncoder().encodeToString(Arrays.copyOfRange(frames, 8, frames.length));
        assertEquals(read, json(GrpcDecoder.web(), DecodeInput.of(text.getBytes(StandardCharsets.US_ASCII), "application/grpc-web-text")));
        assertEquals(LayerStatus.PARTIAL, GrpcDecoder.grpc().decode(DecodeInput.of(frames), new DecodeSink(100)).status());
    }

    /** The message is gzip data, and its type is the one that the call takes. */
    @Test
    void compressedMessagesOfACallAreReadByItsDescriptor() throws IOException {
        byte[] coded = Codings.encode(hex(EVERYTHING), ContentCoding.parse(List.of("gzip")));
        byte[] frame = ByteBuffer.allocate(5 + coded.length).put((byte) 1).putInt(coded.length).put(coded).array();
        Map<String, String> hints = Map.of(DecodeInput.TARGET, "https://api.example/p.S/Get", DecodeInput.GRPC_ENCODING, "gzip");
        String read = json(GrpcDecoder.grpc(), new DecodeInput(frame, 0, frame.length, Optional.of("application/grpc"), hints, Optional.of(SCHEMA), Direction.REQUEST));
        assertTrue(read.contains("\"message\":{\"a\":150,\"z\":-2,\"r\":[1,2,3],\"e\":\"YES\""), read);
        frame[7] ^= 0x55;
        assertTrue(json(GrpcDecoder.grpc(), new DecodeInput(frame, 0, frame.length, Optional.of("application/grpc"), hints, Optional.of(SCHEMA),
                Direction.REQUEST)).contains("\"problem\":"));
    }

    /** Cut and changed at every byte: a layer or a DecodeException, nothing else. */
    @Test
    void damageNeverThrowsAnythingElse() throws IOException {
        Decoder[] decoders = {new MessagePackDecoder(), new CborDecoder(), new ProtobufDecoder(), GrpcDecoder.grpc(), GrpcDecoder.web()};
        for (String body : (CBOR + MSGPACK + EVERYTHING + "|\n0000000003089601|").split("\n")) {
            byte[] good = hex(body.substring(0, body.indexOf('|')));
            for (int at = 0; at < good.length; at++) {
                for (Decoder decoder : decoders) {
                    survives(decoder, Arrays.copyOf(good, at));
                    for (int bit = 0; bit < 8; bit++) {
                        byte[] wrong = good.clone();
                        wrong[at] ^= (byte) (1 << bit);
                        survives(decoder, wrong);
                    }
                }
            }
        }
    }

    private static void survives(Decoder decoder, byte[] octets) throws IOException {
        for (DecodeInput in : new DecodeInput[] {DecodeInput.of(octets), new DecodeInput(octets, 0, octets.length, Optional.empty(),
                Map.of(DecodeInput.MESSAGE_TYPE, "p.M"), Optional.of(SCHEMA), Direction.REQUEST)}) {
            try {
                json(decoder, in);
            } catch (DecodeException expected) {
                assertTrue(expected.getMessage() != null);
            }
        }
    }

    @Test
    void randomOctetsAreNotRecognised() {
        Random random = new Random(11);
        int wrong = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] octets = new byte[random.nextInt(120)];
            random.nextBytes(octets);
            DecodeInput in = DecodeInput.of(octets);
            wrong += new MessagePackDecoder().recognise(in) + new CborDecoder().recognise(in) + new ProtobufDecoder().recognise(in) > 0 ? 1 : 0;
        }
        assertTrue(wrong <= 100, wrong + " of 100000");
    }

    @Test
    void mapsWithWordsForKeysAreRecognised() {
        assertTrue(new MessagePackDecoder().recognise(DecodeInput.of(hex("81a4" + "6e616d65" + "01"))) >= Decoder.RECOGNISED);
        assertTrue(new CborDecoder().recognise(DecodeInput.of(hex("a164" + "6e616d65" + "01"))) >= Decoder.RECOGNISED);
        assertTrue(new ProtobufDecoder().recognise(DecodeInput.of(hex("089601" + "120774657374696e67" + "1801" + "220474657374"))) >= Decoder.RECOGNISED);
    }

    private static DecodeInput typed(String type) {
        byte[] body = hex(EVERYTHING);
        return new DecodeInput(body, 0, body.length, Optional.empty(), Map.of(DecodeInput.MESSAGE_TYPE, type), Optional.of(SCHEMA), Direction.REQUEST);
    }

    private static byte[] schema() {
        String entry = "0a024b45" + part("12", "0a036b6579" + "1801" + "2001" + "2809") + part("12", "0a0576616c7565" + "1802" + "2001" + "2805") + "3a023801";
        String message = "0a014d" + field("61", 1, 1, 5, "") + field("7a", 2, 1, 17, "") + field("72", 3, 3, 5, "") + field("65", 4, 1, 14, ".p.E")
                + field("6d", 5, 1, 11, ".p.M") + field("6b", 6, 3, 11, ".p.M.KE") + part("1a", entry);
        String choice = "0a0145" + part("12", "0a024e4f1000") + part("12", "0a035945531001");
        String service = "0a0153" + part("12", "0a03476574" + "12042e702e4d" + "1a042e702e45");
        return hex(part("0a", "120170" + part("22", message) + part("2a", choice) + part("32", service)));
    }

    private static String field(String name, int number, int label, int type, String typeName) {
        String named = typeName.isEmpty() ? "" : part("32", HexFormat.of().formatHex(typeName.getBytes(StandardCharsets.US_ASCII)));
        return part("12", part("0a", name) + "18" + octet(number) + "20" + octet(label) + "28" + octet(type) + named);
    }

    /** A field of wire type 2 with at most 16383 octets. */
    private static String part(String tag, String content) {
        int length = content.length() / 2;
        return tag + (length < 128 ? octet(length) : octet(length & 0x7f | 0x80) + octet(length >> 7)) + content;
    }

    private static String octet(int value) {
        return HexFormat.of().toHexDigits((byte) value);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static String json(Decoder decoder, DecodeInput in) throws IOException {
        return value(decoder.decode(in, new DecodeSink(1 << 20)));
    }

    private static String value(DecodedLayer layer) {
        return layer.output() instanceof DecodedLayer.Value value && value.content() instanceof Content.Json json ? json.value().toString() : "none";
    }
}
