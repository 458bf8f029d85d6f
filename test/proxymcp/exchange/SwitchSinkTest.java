package proxymcp.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SwitchSinkTest {
    private final LiveBuffer always = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
    private final LiveBuffer session = new LiveBuffer(LiveBuffer.Limits.DEFAULT);
    private final SwitchSink sink = new SwitchSink(always);

    @Test
    void anExchangeKeepsTheSinksThatItBeganWith() {
        Recording before = sink.open(Exchanges.start("/before"));
        sink.switchTo(session);
        Recording during = sink.open(Exchanges.start("/during"));
        sink.switchOff();
        Recording after = sink.open(Exchanges.start("/after"));
        ExchangeEnd end = new ExchangeEnd(new Outcome.Complete(), Timings.NONE, List.of(), List.of());
        for (Recording recording : List.of(before, during, after)) {
            recording.end(end);
        }
        assertEquals(List.of("/before", "/during", "/after"), always.snapshot().stream().map(exchange -> exchange.start().path()).toList());
        assertEquals(List.of("/during true"), session.snapshot().stream()
                .map(exchange -> exchange.start().path() + " " + exchange.outcome().equals(new Outcome.Complete())).toList());
    }
}
