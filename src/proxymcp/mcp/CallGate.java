package proxymcp.mcp;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import proxymcp.rpc.RpcError;
import proxymcp.rpc.RpcException;

/** Lets a bounded number of calls run and a bounded number wait; refuses the rest. */
final class CallGate {
    private final int runningMax;
    private final int waitingMax;
    private final Semaphore running;
    private final AtomicInteger inside = new AtomicInteger();

    CallGate(int runningMax, int waitingMax) {
        this.runningMax = runningMax;
        this.waitingMax = waitingMax;
        this.running = new Semaphore(runningMax, true);
    }

    /**
     * Waits for a place.
     *
     * @throws RpcException if too many wait already
     * @throws InterruptedException if the waiting thread is interrupted
     */
    void enter() throws RpcException, InterruptedException {
        if (inside.incrementAndGet() > runningMax + waitingMax) {
            inside.decrementAndGet();
            throw new RpcException(new RpcError(RpcError.INTERNAL_ERROR, "Too many calls: " + runningMax + " run and "
                    + waitingMax + " wait; send fewer at once"));
        }
        try {
            running.acquire();
        } catch (InterruptedException interrupted) {
            inside.decrementAndGet();
            throw interrupted;
        }
    }

    /** Gives the place back. */
    void leave() {
        running.release();
        inside.decrementAndGet();
    }
}
