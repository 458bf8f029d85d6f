package proxymcp.cli;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.ExchangeSink;
import proxymcp.exchange.ExchangeStart;
import proxymcp.exchange.Outcome;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.http.ResponseHead;

/**
 * A line for each exchange that ended: when, how it went, how large, how long, what. A slow terminal holds nothing up: lines that
 * it cannot take are counted and left out.
 *
 * <p>Connections' threads put ended exchanges into the queue; one thread of its own writes them, many at a time.
 */
final class ExchangeLines implements ExchangeSink, AutoCloseable {
    private static final int WAITING_MAX = 4_096;
    private static final int BATCH_MAX = 512;
    private static final int URL_CHARS = 200;
    private static final long CLOSE_MILLIS = 200;
    /** Between two writes lines gather: woken for each, the writer and the connections would do little but change places on few cores. */
    private static final long GATHER_MILLIS = 20;
    private static final DateTimeFormatter CLOCK_TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final Terminal terminal;
    private final ArrayBlockingQueue<Ended> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong leftOut = new AtomicLong();
    private final Thread writer = new Thread(this::write, "exchange-lines");

    ExchangeLines(Terminal terminal) {
        this.terminal = terminal;
        writer.setDaemon(true);
    }

    /** Begins to write. */
    void start() {
        writer.start();
    }

    @Override
    public Recording open(ExchangeStart start) {
        return new Line(start);
    }

    /** An exchange while it runs: two numbers are all that is kept. The response's calls come from one thread at a time. */
    private final class Line implements Recording {
        private final ExchangeStart start;
        private volatile int status;
        private volatile long bytes;

        Line(ExchangeStart start) {
            this.start = start;
        }

        @Override
        public void requestBody(byte[] octets, int offset, int length) {
            // Not shown.
        }

        @Override
        public void requestEnd(BodyEnd end) {
            // Not shown.
        }

        @Override
        public void routed(Route route) {
            // Not shown.
        }

        @Override
        public void informational(ResponseHead head) {
            // Not shown.
        }

        @Override
        public void response(ResponseHead head) {
            status = head.status();
        }

        @Override
        public void responseBody(byte[] octets, int offset, int length) {
            // Not shown before the end.
        }

        @Override
        public void responseEnd(BodyEnd end) {
            bytes = end.bytes();
        }

        @Override
        public void end(ExchangeEnd end) {
            if (!waiting.offer(new Ended(start, status, bytes, end))) {
                leftOut.incrementAndGet();
            }
        }
    }

    private record Ended(ExchangeStart start, int status, long bytes, ExchangeEnd end) {}

    private void write() {
        List<Ended> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(waiting.take());
                waiting.drainTo(batch, BATCH_MAX - 1);
                write(batch);
                batch.clear();
                Thread.sleep(GATHER_MILLIS);
            }
        } catch (InterruptedException closed) {
            waiting.drainTo(batch);
            try {
                write(batch);
            } catch (IOException gone) {
                // As below.
            }
        } catch (IOException gone) {
            // Nobody reads any more; the queue fills and what ends later is counted only.
        }
    }

    private void write(List<Ended> batch) throws IOException {
        StringBuilder text = new StringBuilder(batch.size() * 100);
        for (Ended ended : batch) {
            append(text, ended);
        }
        long missing = leftOut.getAndSet(0);
        if (missing > 0) {
            text.append("(").append(missing).append(" more exchanges are not shown)\n");
        }
        terminal.write(text.toString());
    }

    private void append(StringBuilder text, Ended ended) {
        LocalTime time = LocalTime.ofInstant(Instant.ofEpochMilli(ended.start().startedAtMillis()), ZoneId.systemDefault());
        text.append(CLOCK_TIME.format(time)).append(" ");
        text.append(status(ended)).append(' ');
        appendRight(text, ended.bytes() + " B", 12);
        appendRight(text, Math.max(0, ended.end().timings().total()) / 1_000_000 + " ms", 10);
        String url = ended.start().url();
        text.append("  ").append(Terminal.clean(ended.start().head().method())).append(' ')
                .append(Terminal.clean(url.length() > URL_CHARS ? url.substring(0, URL_CHARS) + "..." : url));
        if (ended.end().outcome() instanceof Outcome.Incomplete incomplete) {
            text.append("  ").append(terminal.paint(31, incomplete.errorClass().id() + ": " + Terminal.clean(incomplete.reason())));
        }
        text.append('\n');
    }

    private String status(Ended ended) {
        String shown = ended.status() == 0 ? "---" : Integer.toString(ended.status());
        return terminal.paint(ended.status() == 0 || ended.status() >= 500 ? 31 : ended.status() >= 400 ? 33 : 32, shown);
    }

    private static void appendRight(StringBuilder text, String value, int width) {
        text.append(" ".repeat(Math.max(0, width - value.length()))).append(value);
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() {
        writer.interrupt();
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
