package proxymcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.Client;
import proxymcp.exchange.Endpoint;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Source;
import proxymcp.exchange.Timings;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;

final class ExchangeLinesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ExchangeLines lines = new ExchangeLines(new Terminal(out, false));

    private Recording open(String path) {
        return lines.open(new ExchangeStart(UUID.randomUUID(), 0, new Client("127.0.0.1:1", "127.0.0.1:2", Source.EXPLICIT, Optional.empty(), 1),
                new Endpoint("http", "a.example", 80), RequestHead.of("GET", path, Fields.EMPTY), Optional.empty()));
    }

    private static ExchangeEnd end(Outcome outcome) {
        return new ExchangeEnd(outcome, new Timings(-1, -1, -1, -1, -1, -1, -1, 12_345_678), List.of(), List.of());
    }

    private String[] shown() {
        lines.close();
        return out.toString(StandardCharsets.UTF_8).split("\n");
    }

    @Test
    void aLineTellsHowItWent() {
        lines.start();
        Recording fine = open("/x");
        fine.response(ResponseHead.of(200, "OK", Fields.EMPTY));
        fine.responseEnd(new BodyEnd(1_234, new byte[32], true, Fields.EMPTY));
        fine.end(end(new Outcome.Complete()));
        open("/y").end(end(new Outcome.Incomplete(ErrorClass.DNS, "no \u001b[2J such host")));
        String[] shown = shown();
        assertEquals(2, shown.length);
        assertTrue(shown[0].matches("\\d\\d:\\d\\d:00 200       1234 B     12 ms  GET http://a\\.example/x"), shown[0]);
        assertTrue(shown[1].endsWith("--- " + "         0 B     12 ms  GET http://a.example/y  dns: no ?[2J such host"), shown[1]);
    }

    @Test
    void whatTheTerminalCannotTakeIsCounted() {
        for (int i = 0; i < 5_000; i++) {
            open("/" + i).end(end(new Outcome.Complete()));
        }
        lines.start();
        String[] shown = shown();
        int listed = 0;
        long counted = 0;
        for (String line : shown) {
            if (line.startsWith("(")) {
                counted += Long.parseLong(line.substring(1, line.indexOf(' ')));
            } else {
                listed++;
            }
        }
        assertEquals(5_000, listed + counted);
    }
}
