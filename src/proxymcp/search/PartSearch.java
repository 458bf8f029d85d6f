package proxymcp.search;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import proxymcp.codec.Charsets;
import proxymcp.codec.CodingException;
import proxymcp.codec.Codings;
import proxymcp.codec.ContentCoding;
import proxymcp.exchange.MessageForm;
import proxymcp.exchange.StreamMessage;
import proxymcp.search.BodyLook.Verdict;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.MessageReader;
import proxymcp.store.MessageReader.Side;
import proxymcp.store.Session;
import proxymcp.store.StoredMessage;
import proxymcp.store.WorkWatch;
import proxymcp.text.GivenUpException;

/** Searches exchanges one after another. Not for several threads. */
final class PartSearch implements Closeable {
    /**
     * Where an exchange matches.
     *
     * @param frame number of the message that does; empty in other places
     */
    record Spot(Place place, OptionalLong frame) {}

    private final SearchRequest request;
    private final MessageReader messages;
    private final BodyLook look;
    private final ArtifactLook artifacts;
    /** What is counted of one exchange. */
    private boolean binary;
    private boolean hadBody;
    private int undecodable;
    private boolean damaged;
    private int timedOut;
    private int tooDeep;

    PartSearch(Session session, SearchRequest request, WorkWatch watch, LongSupplier nanoTime) throws IOException {
        this.request = request;
        this.messages = session.messages();
        this.look = new BodyLook(request, watch, nanoTime);
        this.artifacts = new ArtifactLook(session);
    }

    /** Whether the exchange is one that is asked for, as far as its media type goes. */
    boolean isWanted(long seq) throws IOException {
        if (request.contentTypeContains().isEmpty()) {
            return true;
        }
        String type = messages.mediaType(seq);
        return type.isEmpty() || type.contains(request.contentTypeContains().get());
    }

    /** The first spot of an exchange that matches; what was met on the way is in {@link #counts}. */
    Optional<Spot> search(long seq) throws IOException {
        binary = false;
        hadBody = false;
        undecodable = 0;
        damaged = false;
        timedOut = 0;
        tooDeep = 0;
        for (Place place : request.in().places()) {
            Optional<Spot> spot = spot(seq, place);
            if (spot.isPresent()) {
                return spot;
            }
        }
        return Optional.empty();
    }

    /** What is to be counted of the exchange that was searched last. */
    SearchCounts counts(boolean match) {
        boolean noBody = !hadBody && request.in() != SearchIn.HEADERS;
        return new SearchCounts(1, match ? 1 : 0, binary ? 1 : 0, noBody ? 1 : 0, undecodable, damaged ? 1 : 0, timedOut, tooDeep);
    }

    private Optional<Spot> spot(long seq, Place place) throws IOException {
        try {
            return switch (place) {
                case REQUEST -> spot(place, bodyMatches(seq, Side.REQUEST));
                case RESPONSE -> spot(place, bodyMatches(seq, Side.RESPONSE));
                case REQUEST_HEADERS -> spot(place, headersMatch(seq, Side.REQUEST));
                case RESPONSE_HEADERS -> spot(place, headersMatch(seq, Side.RESPONSE));
                case MESSAGES -> {
                    FirstMatch first = new FirstMatch();
                    messages.messages(seq, first);
                    yield first.frame.isPresent() ? Optional.of(new Spot(place, first.frame)) : Optional.empty();
                }
            };
        } catch (CorruptSegmentException e) {
            damaged = true;
        } catch (GivenUpException e) {
            gaveUp(e);
        }
        return Optional.empty();
    }

    private static Optional<Spot> spot(Place place, boolean matches) {
        return matches ? Optional.of(new Spot(place, OptionalLong.empty())) : Optional.empty();
    }

    private void gaveUp(GivenUpException e) {
        timedOut += e.isTooDeep() ? 0 : 1;
        tooDeep += e.isTooDeep() ? 1 : 0;
    }

    /** Looks through the messages of a stream until one matches. */
    private final class FirstMatch implements StoredMessage.Visitor {
        private OptionalLong frame = OptionalLong.empty();

        @Override
        public boolean visit(StoredMessage message) throws IOException {
            hadBody = true;
            try (InputStream in = message.payload().open()) {
                Verdict verdict = look.look(in, contentType(message.message()), false);
                binary |= verdict == Verdict.BINARY;
                frame = verdict == Verdict.MATCH ? OptionalLong.of(message.index()) : OptionalLong.empty();
            } catch (GivenUpException e) {
                gaveUp(e);
            }
            return frame.isEmpty() && timedOut == 0;
        }

        @Override
        public void damaged(CorruptSegmentException damage) {
            damaged = true;
        }
    }

    /** What is text by its form is UTF-8; other frames are told by their octets. */
    private static String contentType(StreamMessage message) {
        boolean mayBeOther = message.form() instanceof MessageForm.Frame frame && frame.opcode() != MessageForm.Frame.TEXT;
        return mayBeOther ? "" : "text/plain; charset=utf-8";
    }

    /** Takes what is asked for of one message of a stream. */
    private final class OneMessage implements StoredMessage.Visitor {
        private final long frame;
        private final List<Snippet> snippets;
        private boolean whole;

        OneMessage(long frame, List<Snippet> snippets) {
            this.frame = frame;
            this.snippets = snippets;
        }

        @Override
        public boolean visit(StoredMessage message) throws IOException {
            if (message.index() != frame) {
                return true;
            }
            try (InputStream in = message.payload().open()) {
                whole = in.transferTo(OutputStream.nullOutputStream()) == message.message().payloadBytes();
            }
            try (InputStream in = message.payload().open()) {
                look.snippets(in, contentType(message.message()), snippets);
            }
            return false;
        }

        @Override
        public void damaged(CorruptSegmentException damage) {
            whole = false;
        }
    }

    private boolean headersMatch(long seq, Side side) throws IOException {
        byte[] head = messages.head(seq, side);
        return look.look(head, MessageReader.fieldsAt(head));
    }

    private boolean bodyMatches(long seq, Side side) throws IOException {
        if (messages.bodyBytes(seq, side) == 0) {
            return false;
        }
        hadBody = true;
        Verdict verdict = bodyVerdict(seq, side);
        if (verdict == Verdict.MATCH || artifacts.matches(seq, side, look)) {
            return true;
        }
        binary |= verdict == Verdict.BINARY;
        return false;
    }

    private Verdict bodyVerdict(long seq, Side side) throws IOException {
        if (side == Side.RESPONSE && MediaTypes.isBinary(messages.mediaType(seq))) {
            return Verdict.BINARY;
        }
        byte[] head = messages.head(seq, side);
        String contentType = contentType(head);
        if (side == Side.REQUEST && MediaTypes.isBinary(Charsets.mediaType(contentType))) {
            return Verdict.BINARY;
        }
        List<ContentCoding> codings = codings(seq, side, head);
        return codings.isEmpty() ? raw(seq, side, contentType, false) : decoded(seq, side, contentType, codings);
    }

    private Verdict raw(long seq, Side side, String contentType, boolean asText) throws IOException {
        try (InputStream in = messages.body(seq, side)) {
            return look.look(in, contentType, asText);
        }
    }

    private Verdict decoded(long seq, Side side, String contentType, List<ContentCoding> codings) throws IOException {
        try (InputStream body = messages.body(seq, side); InputStream in = Codings.decodeBounded(body, codings)) {
            return look.look(in, contentType, false);
        } catch (IOException e) {
            requireCoding(e);
            if (isCut(e, seq, side)) {
                return Verdict.NO_MATCH; // All that was kept was looked through.
            }
            undecodable++;
            return raw(seq, side, contentType, true);
        }
    }

    private boolean isCut(IOException e, long seq, Side side) throws IOException {
        return e instanceof CodingException coding && coding.kind() == CodingException.Kind.TRUNCATED && !messages.isWhole(seq, side);
    }

    /** Lets pass what says that the disk could not be read. */
    private static void requireCoding(IOException e) throws IOException {
        if (!(e instanceof CodingException) && !Codings.isLimit(e)) {
            throw e;
        }
    }

    private static String contentType(byte[] head) {
        List<String> types = MessageReader.values(head, "content-type");
        return types.isEmpty() ? "" : types.get(0);
    }

    /** The codings to undo, the one that was applied last at the end; none for a body that is held decoded. */
    private List<ContentCoding> codings(long seq, Side side, byte[] head) throws IOException {
        List<ContentCoding> codings = new ArrayList<>();
        List<String> values = MessageReader.values(head, "content-encoding");
        if (!values.isEmpty()) {
            for (ContentCoding coding : ContentCoding.parse(values)) {
                if (!(coding instanceof ContentCoding.Identity)) {
                    codings.add(coding);
                }
            }
        }
        return codings.isEmpty() || messages.isHeldDecoded(seq, side) ? List.of() : codings;
    }

    /** Whether all of what is searched at a spot was kept. */
    boolean isWhole(long seq, Spot spot) throws IOException {
        return switch (spot.place()) {
            case REQUEST -> messages.isWhole(seq, Side.REQUEST);
            case RESPONSE -> messages.isWhole(seq, Side.RESPONSE);
            case REQUEST_HEADERS, RESPONSE_HEADERS -> true;
            case MESSAGES -> {
                OneMessage one = new OneMessage(spot.frame().orElseThrow(), new ArrayList<>());
                messages.messages(seq, one);
                yield one.whole;
            }
        };
    }

    /** The first matches at a spot that is known to have one; none of those that cannot be read any more. */
    List<Snippet> snippets(long seq, Spot spot) throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        try {
            switch (spot.place()) {
                case REQUEST -> bodySnippets(seq, Side.REQUEST, snippets);
                case RESPONSE -> bodySnippets(seq, Side.RESPONSE, snippets);
                case REQUEST_HEADERS -> headerSnippets(seq, Side.REQUEST, snippets);
                case RESPONSE_HEADERS -> headerSnippets(seq, Side.RESPONSE, snippets);
                case MESSAGES -> messages.messages(seq, new OneMessage(spot.frame().orElseThrow(), snippets));
            }
        } catch (CorruptSegmentException | GivenUpException e) {
            return snippets;
        }
        return snippets;
    }

    private void headerSnippets(long seq, Side side, List<Snippet> snippets) throws IOException {
        byte[] head = messages.head(seq, side);
        look.snippets(head, MessageReader.fieldsAt(head), snippets);
    }

    private void bodySnippets(long seq, Side side, List<Snippet> snippets) throws IOException {
        byte[] head = messages.head(seq, side);
        decodedSnippets(seq, side, contentType(head), codings(seq, side, head), snippets);
        if (snippets.isEmpty()) {
            artifacts.snippets(seq, side, look, snippets);
        }
    }

    private void decodedSnippets(long seq, Side side, String contentType, List<ContentCoding> codings, List<Snippet> snippets)
            throws IOException {
        if (!codings.isEmpty()) {
            try (InputStream body = messages.body(seq, side); InputStream in = Codings.decodeBounded(body, codings)) {
                look.snippets(in, contentType, snippets);
                return;
            } catch (IOException e) {
                requireCoding(e);
                if (!snippets.isEmpty()) {
                    return;
                }
            }
        }
        try (InputStream in = messages.body(seq, side)) {
            look.snippets(in, contentType, snippets);
        }
    }

    @Override
    public void close() throws IOException {
        messages.close();
    }
}
