package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import proxymcp.exchange.CapturedBody;
import proxymcp.exchange.Exchange;
import proxymcp.http.Fields;
import proxymcp.mcp.CallContext;

/**
 * Looks for a text in URLs, field values and decoded bodies, ignoring case. Keeps a core busy: work for the pool.
 *
 * <p>One search belongs to one thread.
 */
final class TrafficSearch {
    /** Decoded octets of one body that are looked at. */
    private static final int BODY_BYTES_MAX = 1 << 20;

    private final String wanted;
    private final List<Hit> hits = new ArrayList<>();
    private int bodiesNotWhole;

    /** An exchange and the parts of it that hold the text. */
    record Hit(Exchange exchange, List<String> parts) {}

    /**
     * What a search found.
     *
     * @param hits in the order of the exchanges
     * @param bodiesNotWhole bodies of which only a part could be looked at
     */
    record Found(List<Hit> hits, int bodiesNotWhole) {}

    private TrafficSearch(String query) {
        this.wanted = query.toLowerCase(Locale.ROOT);
    }

    /**
     * Searches all of them.
     *
     * @throws CancellationException if the call was cancelled meanwhile
     */
    static Found in(List<Exchange> exchanges, String query, CallContext context) {
        TrafficSearch search = new TrafficSearch(query);
        int done = 0;
        for (Exchange exchange : exchanges) {
            if (context.cancelled()) {
                throw new CancellationException("the search was cancelled");
            }
            search.lookAt(exchange);
            context.progress(++done, exchanges.size(), "exchanges searched");
        }
        return new Found(search.hits, search.bodiesNotWhole);
    }

    private void lookAt(Exchange exchange) {
        List<String> parts = new ArrayList<>();
        Fields requestFields = exchange.start().head().fields();
        Fields responseFields = exchange.response().isPresent() ? exchange.response().get().fields() : Fields.EMPTY;
        addIf(parts, "url", holds(exchange.start().url()));
        addIf(parts, "request_header", holds(requestFields) || holds(exchange.requestTrailers()));
        addIf(parts, "request_body", holds(exchange.requestBody(), exchange.requestContentFields()));
        addIf(parts, "response_header", holds(responseFields) || holds(exchange.responseTrailers()));
        addIf(parts, "response_body", holds(exchange.responseBody(), exchange.responseContentFields()));
        if (!parts.isEmpty()) {
            hits.add(new Hit(exchange, List.copyOf(parts)));
        }
    }

    private static void addIf(List<String> parts, String part, boolean found) {
        if (found) {
            parts.add(part);
        }
    }

    private boolean holds(String text) {
        return text.toLowerCase(Locale.ROOT).contains(wanted);
    }

    private boolean holds(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (holds(fields.value(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(CapturedBody body, Fields fields) {
        if (body.state() == CapturedBody.State.NONE) {
            return false;
        }
        BodyContent content = BodyContent.of(body, fields, BODY_BYTES_MAX);
        if (content.whyPartial().isPresent()) {
            bodiesNotWhole++;
        }
        return content.isText() && holds(content.text());
    }
}
