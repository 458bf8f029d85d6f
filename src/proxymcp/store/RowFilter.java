package proxymcp.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import proxymcp.exchange.ErrorClass;

/** Holds rows against a query: numbers first, texts of few values once each, URLs last. Not for several threads. */
final class RowFilter {
    private final IndexFiles index;
    private final SessionQuery query;
    private final Optional<NameMatch> method;
    private final Optional<NameMatch> host;
    private final Optional<NameMatch> contentType;
    private final Optional<NameMatch> target;
    private final Optional<NameMatch> textInTarget;
    private final Optional<UrlMatch> url;
    private final Optional<UrlMatch> text;
    private final Optional<String> idPart;
    private final int statusMin;
    private final int statusMax;
    private final boolean anyStatus;
    private final long minDurationNanos;
    private final int stateMask;
    private final int stateWanted;

    RowFilter(IndexFiles index, SessionQuery query) {
        this.index = index;
        this.query = query;
        this.method = query.method().map(name -> new NameMatch(index, name::equalsIgnoreCase));
        this.host = query.hostContains().filter(part -> !part.isEmpty())
                .map(part -> new NameMatch(index, origin -> contains(UrlText.host(origin), part)));
        this.contentType = query.contentTypeContains().filter(part -> !part.isEmpty())
                .map(part -> new NameMatch(index, type -> contains(type, part)));
        this.target = query.targetId().map(name -> new NameMatch(index, name::equalsIgnoreCase));
        this.url = query.urlContains().filter(part -> !part.isEmpty()).map(part -> new UrlMatch(index, lower(part)));
        this.text = query.text().filter(part -> !part.isEmpty()).map(part -> new UrlMatch(index, lower(part)));
        this.textInTarget = query.text().filter(part -> !part.isEmpty())
                .map(part -> new NameMatch(index, id -> contains(id, part)));
        this.idPart = query.text().map(part -> part.toLowerCase(Locale.ROOT)).filter(part -> !part.isEmpty() && canBePartOfAnId(part));
        this.anyStatus = query.statusMin().isEmpty() && query.statusMax().isEmpty();
        this.statusMin = Math.max(1, query.statusMin().orElse(1));
        this.statusMax = query.statusMax().orElse(Integer.MAX_VALUE);
        this.minDurationNanos = query.minDurationMillis().isPresent() ? TimeUnit.MILLISECONDS.toNanos(query.minDurationMillis().getAsLong()) : -1;
        int mask = 0;
        int wanted = 0;
        if (query.state().isPresent()) {
            mask |= RowLayout.PHASE_MASK;
            wanted |= switch (query.state().get()) {
                case IN_FLIGHT -> RowLayout.IN_FLIGHT;
                case COMPLETE -> RowLayout.COMPLETE;
                case INCOMPLETE -> RowLayout.INCOMPLETE;
            };
        }
        if (query.errorClass().isPresent()) {
            mask |= RowLayout.ERROR_MASK << RowLayout.ERROR_SHIFT;
            wanted |= query.errorClass().map(ErrorClass::ordinal).get() + 1 << RowLayout.ERROR_SHIFT;
        }
        if (query.source().isPresent()) {
            mask |= RowLayout.SOURCE_MASK << RowLayout.SOURCE_SHIFT;
            wanted |= query.source().get().ordinal() << RowLayout.SOURCE_SHIFT;
        }
        this.stateMask = mask;
        this.stateWanted = wanted;
    }

    /** Whether the row at {@code at} is wanted; one that is not there is not. */
    boolean matches(ByteBuffer extent, int at) throws IOException {
        int state = RowLayout.state(extent, at);
        return state != 0 && (state & stateMask) == stateWanted && numbersMatch(extent, at) && namesMatch(extent, at)
                && textsMatch(extent, at);
    }

    private boolean numbersMatch(ByteBuffer extent, int at) {
        if (!anyStatus) {
            int status = extent.getInt(at + RowLayout.STATUS);
            if (status < statusMin || status > statusMax) {
                return false;
            }
        }
        if (query.fromMillis().isPresent() || query.toMillis().isPresent()) {
            long started = extent.getLong(at + RowLayout.STARTED);
            if (started < query.fromMillis().orElse(Long.MIN_VALUE) || started > query.toMillis().orElse(Long.MAX_VALUE)) {
                return false;
            }
        }
        if (minDurationNanos >= 0 && extent.getLong(at + RowLayout.DURATION) < minDurationNanos) {
            return false;
        }
        return query.minBytes().isEmpty()
                || extent.getLong(at + RowLayout.REQUEST_BYTES) + extent.getLong(at + RowLayout.RESPONSE_BYTES) >= query.minBytes().getAsLong();
    }

    private boolean namesMatch(ByteBuffer extent, int at) throws IOException {
        return (method.isEmpty() || method.get().matches(extent.getInt(at + RowLayout.METHOD)))
                && (host.isEmpty() || host.get().matches(extent.getInt(at + RowLayout.ORIGIN)))
                && (contentType.isEmpty() || contentType.get().matches(extent.getInt(at + RowLayout.CONTENT_TYPE)))
                && (target.isEmpty() || target.get().matches(extent.getInt(at + RowLayout.TARGET)));
    }

    private boolean textsMatch(ByteBuffer extent, int at) throws IOException {
        if (url.isPresent() && !url.get().matches(extent, at)) {
            return false;
        }
        // Host and path are part of the URL.
        return text.isEmpty() || text.get().matches(extent, at)
                || textInTarget.orElseThrow().matches(extent.getInt(at + RowLayout.TARGET))
                || idPart.isPresent() && id(extent, at).contains(idPart.get());
    }

    private static String id(ByteBuffer extent, int at) {
        return new UUID(extent.getLong(at + RowLayout.ID_HIGH), extent.getLong(at + RowLayout.ID_LOW)).toString();
    }

    private static boolean canBePartOfAnId(String part) {
        return part.length() <= 36 && part.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '-');
    }

    private static boolean contains(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }

    private static byte[] lower(String text) {
        return text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    }
}
