package proxymcp.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import proxymcp.rpc.RpcException;

/** So many run, so many wait, the rest is refused. */
@Timeout(30)
final class CallGateTest {
    @Test
    void callsAboveBothBoundsAreRefusedAndPlacesComeBack() throws Exception {
        CallGate gate = new CallGate(1, 1);
        gate.enter();
        Thread waiting = Thread.ofPlatform().start(new FutureTask<>(() -> {
            gate.enter();
            return true;
        }));
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        RpcException refusal = assertThrows(RpcException.class, gate::enter);
        assertEquals("Too many calls: 1 run and 1 wait; send fewer at once", refusal.error().message());
        gate.leave();
        waiting.join();
        gate.leave();
        gate.enter();
    }
}
