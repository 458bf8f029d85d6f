package proxymcp.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.proxy.ScriptedOrigin.Step;

/** What cannot be decoded is not asked for, where that is wanted; everything else stays as the client wrote it. */
@Timeout(60)
final class AcceptEncodingTest {
    private static RequestHead head(Fields.Line... lines) {
        return RequestHead.of("GET", "/", Fields.of(List.of(lines)));
    }

    private static RequestHead accepting(String value) {
        return head(new Fields.Line("accept-ENCODING", value));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gzip, deflate, br, dcz | gzip, deflate, br", "dcz, gzip | gzip", "dcz;q=1.0,gzip;q=0.5 | gzip;q=0.5",
            "gzip;q=0.8 ,  dcz;q=0.9,X-GZIP | gzip;q=0.8 ,X-GZIP", "dcz | identity", "dcb, dcz, compress | identity", "* | identity",
            "gzip, * | gzip", "*;q=0.1, identity;q=0 | identity;q=0", "dcz;q=0.001, br | br", "dcz, , gzip | gzip"})
    void whatCannotBeDecodedIsTakenOut(String written, String sent) {
        List<String> notes = new ArrayList<>();
        RequestHead changed = AcceptEncoding.DECODABLE.apply(accepting(written), notes);
        assertEquals(List.of(new Fields.Line("accept-ENCODING", sent)), changed.fields().lines());
        assertEquals(List.of("Accept-Encoding was \"" + written + "\" and was sent as \"" + sent
                + "\": what cannot be decoded here was taken out"), notes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "gzip;q=1.0, deflate;q=0.5, *;q=0", "br , identity", "dcz;q=0, gzip", "dcz;q=0.000", "", ","})
    void whatCanBeDecodedOrIsRefusedStays(String written) {
        List<String> notes = new ArrayList<>();
        RequestHead head = accepting(written);
        assertSame(head, AcceptEncoding.DECODABLE.apply(head, notes));
        assertEquals(List.of(), notes);
    }

    @Test
    void otherFieldsAndTheirOrderStay() {
        RequestHead head = head(new Fields.Line("A", "dcz"), new Fields.Line("Accept-Encoding", "dcz"), new Fields.Line("B", "*"),
                new Fields.Line("Accept-Encoding", "gzip"));
        assertEquals(List.of(new Fields.Line("A", "dcz"), new Fields.Line("Accept-Encoding", "identity"), new Fields.Line("B", "*"),
                new Fields.Line("Accept-Encoding", "gzip")), AcceptEncoding.DECODABLE.apply(head, new ArrayList<>()).fields().lines());
        assertSame(head, AcceptEncoding.AS_SENT.apply(head, new ArrayList<>()));
    }

    @Test
    void theOriginSeesItAndTheExchangeSaysIt() throws Exception {
        try (ScriptedOrigin origin = ScriptedOrigin.each(new Step.Repeat(List.of(new Step.ReadRequest(), ScriptedOrigin.respond("ok"))))) {
            String request = "GET http://%1$s/ HTTP/1.1\r\nHost: %1$s\r\nAccept-Encoding: gzip, dcz\r\nX: y\r\n\r\n".formatted(origin.authority());
            for (AcceptEncoding treatment : AcceptEncoding.values()) {
                try (RunningProxy proxy = RunningProxy.start(
                        settings -> settings.withListener(ListenerOptions.DEFAULT.withAcceptEncoding(treatment)));
                        RawClient client = proxy.client()) {
                    client.send(request);
                    assertEquals("ok", client.readResponse("GET").bodyText());
                    boolean changed = treatment == AcceptEncoding.DECODABLE;
                    String received = origin.connection(treatment.ordinal()).receivedText();
                    assertTrue(received.contains("\r\nAccept-Encoding: " + (changed ? "gzip" : "gzip, dcz") + "\r\nX: y\r\n"), received);
                    assertEquals(changed ? List.of("Accept-Encoding was \"gzip, dcz\" and was sent as \"gzip\": what cannot be decoded here"
                            + " was taken out") : List.of(), proxy.exchange(0).notes());
                    assertEquals("gzip, dcz", proxy.exchange(0).start().head().fields().first("Accept-Encoding").orElseThrow());
                }
            }
        }
    }
}
