package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebSocketHandshakeTest {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // RFC 6455 section 1.3.

    private static Optional<WebSocketHandshake> handshake(String more, String status, String answer) throws IOException {
        RequestHead request = HeadParser.parseRequest(Octets.bytes("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n" + more + "\r\n"), HeadLimits.DEFAULT);
        ResponseHead response = HeadParser.parseResponse(Octets.bytes("HTTP/1.1 " + status + "\r\nConnection: Upgrade\r\n" + answer + "\r\n"), HeadLimits.DEFAULT);
        return WebSocketHandshake.of(request, response);
    }

    private static WebSocketHandshake agreed(String offered, String extensions) throws IOException {
        return handshake("Sec-WebSocket-Key: " + KEY + "\r\n" + offered, "101 Switching Protocols",
                "Upgrade: WebSocket\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\n" + extensions).orElseThrow();
    }

    @Test
    void theExampleOfTheRfc() throws IOException {
        assertEquals(ACCEPT, WebSocketHandshake.accept(KEY));
        WebSocketHandshake agreed = agreed("Sec-WebSocket-Protocol: chat, superchat\r\n", "Sec-WebSocket-Protocol: superchat\r\n");
        assertEquals(new WebSocketHandshake("superchat", "", Optional.empty(), 0, List.of()), agreed);
    }

    @Test
    void everyCombinationOfDeflateParameters() throws IOException {
        for (int bits = 0; bits < 16; bits++) {
            boolean server = (bits & 1) > 0;
            boolean client = (bits & 2) > 0;
            String extension = "permessage-deflate" + (server ? "; server_no_context_takeover" : "") + (client ? ";Client_no_context_takeover" : "")
                    + ((bits & 4) > 0 ? "; server_max_window_bits=9" : "") + ((bits & 8) > 0 ? "; client_max_window_bits=\"15\"" : "");
            WebSocketHandshake agreed = agreed("", "Sec-WebSocket-Extensions: " + extension + "\r\n");
            assertEquals(extension, agreed.extensions());
            assertEquals(Optional.of(new WebSocketHandshake.Deflate(client, server)), agreed.deflate());
            assertEquals(4, agreed.rsvAllowed());
        }
    }

    @Test
    void anExtensionThatIsNotKnownMaySetAnyBit() throws IOException {
        assertEquals(7, agreed("", "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Extensions: x-other; a=b\r\n").rsvAllowed());
    }

    @Test
    void whatIsWrongIsTold() throws IOException {
        List<String> faults = handshake("Sec-WebSocket-Key: AAAA\r\n", "101 OK", "Upgrade: websocket\r\nSec-WebSocket-Accept: " + ACCEPT
                + "\r\nSec-WebSocket-Protocol: soap\r\n").orElseThrow().faults();
        assertEquals(2, faults.size(), faults::toString);
        assertTrue(faults.get(0).contains("not the one for the client's key"));
        assertTrue(faults.get(1).contains("sub-protocol"));
        assertTrue(handshake("", "101 OK", "Upgrade: websocket\r\n").orElseThrow().faults().get(0).contains("missing"));
    }

    @Test
    void extensionsAndParametersThatCannotBeAreTold() throws IOException {
        String offer = "Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
        String answer = "Upgrade: websocket\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\nSec-WebSocket-Extensions: ";
        for (String parameter : List.of("server_max_window_bits=7", "server_max_window_bits=16", "client_max_window_bits", "other=1")) {
            assertEquals(List.of("permessage-deflate with a parameter that it has not (RFC 7692 section 7.1)"),
                    handshake(offer, "101 OK", answer + "permessage-deflate; " + parameter + "\r\n").orElseThrow().faults());
        }
        assertEquals(List.of(), handshake(offer, "101 OK", answer + "Permessage-Deflate; server_max_window_bits=\"9\"\r\n").orElseThrow().faults());
        assertEquals(List.of("the server chose an extension that the client had not offered (RFC 6455 section 9.1)"),
                handshake(offer, "101 OK", answer + "x-other\r\n").orElseThrow().faults());
    }

    @Test
    void anotherProtocolIsNoWebSocket() throws IOException {
        assertTrue(handshake("", "101 OK", "Upgrade: h2c\r\n").isEmpty());
        assertTrue(handshake("", "200 OK", "Upgrade: websocket\r\n").isEmpty());
        assertTrue(handshake("", "400 No", "").isEmpty());
    }
}
