package proxymcp.proxy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import proxymcp.exchange.Direction;
import proxymcp.exchange.EndedBy;
import proxymcp.exchange.ErrorClass;
import proxymcp.exchange.Outcome;
import proxymcp.http.Deadlines;
import proxymcp.http.WireReader;
import proxymcp.http.WireWriter;
import proxymcp.upstream.UpstreamConnection;

/**
 * Passes octets both ways until both sides have ended or one breaks. They go on at once and unchanged; what is recorded of them is the taps'.
 *
 * <p>Owner: the client connection's thread, which copies towards the client; a second one copies towards the origin.
 */
final class Tunnel {
    private final ClientStream client;
    private final UpstreamConnection upstream;
    private final PassingTap out;
    private final PassingTap in;
    private final long idleMillis;
    private final Optional<Thread> clientReader;
    private final AtomicReference<Optional<Outcome>> failure = new AtomicReference<>(Optional.empty());
    /** The direction that ended first, in order. */
    private final AtomicReference<Optional<Direction>> firstEnd = new AtomicReference<>(Optional.empty());

    /**
     * @param out takes what the client sends
     * @param in takes what the origin sends
     * @param clientReader a thread that still waits for the client's first octet, and is waited for before anything else is read
     */
    Tunnel(ClientStream client, UpstreamConnection upstream, PassingTap out, PassingTap in, long idleMillis, Optional<Thread> clientReader) {
        this.client = client;
        this.upstream = upstream;
        this.out = out;
        this.in = in;
        this.idleMillis = idleMillis;
        this.clientReader = clientReader;
    }

    /** Runs to the end; the client's connection is of no further use then. */
    Outcome run() {
        client.deadline().disarm();
        Thread outward = Thread.ofVirtual().name("tunnel-out").start(this::copyOut);
        copyIn();
        join(outward);
        upstream.close();
        return failure.get().orElse(new Outcome.Complete());
    }

    /** Who ended it, once {@link #run} has returned. */
    EndedBy endedBy() {
        if (firstEnd.get().isEmpty() || failure.get().isPresent()) {
            return EndedBy.CUT;
        }
        return switch (firstEnd.get().get()) {
            case OUT -> EndedBy.CLIENT;
            case IN -> EndedBy.SERVER;
        };
    }

    /** A direction came to its end in order; called before the other side hears of it, so that its answer to that does not come first. */
    private void ended(Direction direction) {
        firstEnd.compareAndSet(Optional.empty(), Optional.of(direction));
    }

    private void copyOut() {
        boolean complete = false;
        clientReader.ifPresent(Tunnel::join);
        try {
            copy(client.in(), upstream.out(), out);
            complete = true;
            ended(Direction.OUT);
            upstream.endOutput();
        } catch (ClientGoneException e) {
            fail(ErrorClass.CLIENT_ABORTED, e.getMessage());
        } catch (IOException e) {
            fail(ErrorClass.RESET, "origin broke the tunnel: " + e.getMessage());
        } finally {
            out.end(complete);
        }
    }

    private void copyIn() {
        boolean complete = false;
        try {
            copy(upstream.in(), client.out(), in);
            complete = true;
            ended(Direction.IN);
            client.endOutput();
        } catch (ClientGoneException e) {
            fail(ErrorClass.CLIENT_ABORTED, e.getMessage());
        } catch (IOException e) {
            fail(upstream.timedOut() ? ErrorClass.TIMEOUT : ErrorClass.RESET, "origin broke the tunnel: " + e.getMessage());
        } finally {
            in.end(complete);
        }
    }

    private void copy(WireReader from, WireWriter to, PassingTap tap) throws IOException {
        Deadlines.Deadline idle = upstream.deadline();
        idle.arm(idleMillis);
        while (from.await()) {
            idle.arm(idleMillis);
            int count = from.buffered();
            tap.arrived();
            try {
                to.write(from.array(), from.position(), count);
                to.flush();
            } finally {
                tap.pass(from.array(), from.position(), count); // Behind their passing: nobody waits for what is recorded.
            }
            from.consume(count);
        }
    }

    /** One direction broke: neither can go on. The first failure is the one that is told. */
    private void fail(ErrorClass errorClass, String reason) {
        failure.compareAndSet(Optional.empty(), Optional.of(new Outcome.Incomplete(errorClass, reason)));
        upstream.close();
        client.abort();
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // Both sockets end by their deadlines; the request to stop is handed on below.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
