package proxymcp.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RequestHeadTest {
    @Test
    void whichRequestsKeepTheConnection() throws IOException {
        assertKeeps(true, "GET / HTTP/1.1\r\n\r\n");
        assertKeeps(true, "GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n");
        assertKeeps(false, "GET / HTTP/1.1\r\nConnection: keep-alive, CLOSE\r\n\r\n");
        assertKeeps(false, "GET / HTTP/1.0\r\n\r\n");
        assertKeeps(true, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        assertKeeps(true, "GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n");
        assertKeeps(false, "GET / HTTP/1.0\r\nConnection: close\r\nProxy-Connection: keep-alive\r\n\r\n");
    }

    @Test
    void onlyIdempotentMethodsMayBeSentAgain() {
        for (String method : new String[] {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
            assertEquals(true, RequestHead.of(method, "/", Fields.EMPTY).isIdempotent(), method);
        }
        for (String method : new String[] {"POST", "PATCH", "CONNECT", "get", "PURGE"}) {
            assertEquals(false, RequestHead.of(method, "/", Fields.EMPTY).isIdempotent(), method);
        }
    }

    @Test
    void limitsTooSmallForAnyRequestAreACallersBug() {
        assertThrows(IllegalArgumentException.class, () -> new HeadLimits(255, 1));
        assertThrows(IllegalArgumentException.class, () -> new HeadLimits(256, 0));
        assertEquals(new HeadLimits(65_536, 500), HeadLimits.DEFAULT);
    }

    private static void assertKeeps(boolean expected, String head) throws IOException {
        assertEquals(expected, HeadParser.parseRequest(Octets.bytes(head), HeadLimits.DEFAULT).keepsAlive(), head);
    }
}
