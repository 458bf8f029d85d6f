package proxymcp.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import proxymcp.diff.Document;
import proxymcp.diff.ExchangeFields;
import proxymcp.diff.Leaf;
import proxymcp.diff.Part;
import proxymcp.diff.Side;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * The response of an exchange, as parity looks at it.
 *
 * @param seq number of the exchange
 * @param status 0 if there was no response
 * @param head its fields but those of bodies
 * @param content what the body is
 * @param unknown why the body is not known whole, or why there was no response; empty if it is
 * @param inner documents that values hold, such as tokens
 * @param conditional whether the request had a validator, so that 304 says that what the client has still holds (RFC 9110 section 13)
 */
record Answer(long seq, int status, List<Leaf> head, Content content, Optional<String> unknown, List<Document> inner, boolean conditional) {
    private static final int NOT_MODIFIED = 304;

    /** What a body is. */
    sealed interface Content {
        /** There is none. */
        record None() implements Content {}

        /** JSON, XML, a form, or what a decoder made a tree of. */
        record Tree(Part part, JsonValue root) implements Content {}

        /** HTML. */
        record Html(Page page) implements Content {}

        /** Any other text. */
        record Text(String text) implements Content {}

        /** Anything else, known by its size and digest. */
        record Octets(String digest) implements Content {
            /** Whether it is a text in place of a picture or sound: the digest of {@code diff} ends so. */
            boolean isText() {
                return digest.endsWith(", text");
            }
        }

        /** For people. */
        default String words() {
            return switch (this) {
                case None none -> "no body";
                case Tree tree -> tree.part() == Part.JSON ? "JSON" : "a structured body";
                case Html html -> html.page().title().isEmpty() ? "an HTML page" : "an HTML page titled " + Shown.text(html.page().title());
                case Text text -> "text";
                case Octets octets -> octets.isText() ? "text in place of octets" : "octets";
            };
        }
    }

    /** The response of an exchange that was read. */
    static Answer of(ExchangeFields fields) {
        List<Leaf> head = new ArrayList<>();
        List<JsonObject.Member> form = new ArrayList<>();
        Optional<String> octets = Optional.empty();
        int status = 0;
        boolean conditional = false;
        for (Leaf leaf : fields.flat()) {
            if (leaf.location().side() != Side.RESPONSE) {
                String name = leaf.location().name();
                conditional |= leaf.location().part() == Part.HEADER && (name.equals("if-none-match") || name.equals("if-modified-since"));
                continue;
            }
            switch (leaf.location().part()) {
                case STATUS -> {
                    status = parsedStatus(leaf.value());
                    head.add(leaf);
                }
                case FORM, MULTIPART -> {
                    if (!leaf.location().name().isEmpty()) {
                        form.add(new JsonObject.Member(leaf.at(), new JsonString(leaf.value())));
                    }
                }
                case BODY -> octets = Optional.of(leaf.value());
                case METHOD, PATH, QUERY, HEADER, COOKIE, JSON, JWT, LAYER, HEADER_ORDER, HEADER_CASE, VERSION, TLS, TIMING -> head.add(leaf);
            }
        }
        List<Document> inner = new ArrayList<>();
        Optional<Document> body = Optional.empty();
        for (Document document : fields.documents()) {
            if (document.side() == Side.RESPONSE && document.holder().isEmpty()) {
                body = Optional.of(document);
            } else if (document.side() == Side.RESPONSE) {
                inner.add(document);
            }
        }
        Content content = !form.isEmpty() ? new Content.Tree(Part.LAYER, new JsonObject(form)) : body.isPresent() ? content(body.get(), mediaType(head))
                : octets.isPresent() ? new Content.Octets(octets.get()) : new Content.None();
        return new Answer(fields.seq(), status, head, content, fields.unknown(Side.RESPONSE), inner, conditional);
    }

    private static int parsedStatus(String text) {
        return text.matches("[0-9]{3}") ? Integer.parseInt(text) : 0;
    }

    private static Content content(Document body, String mediaType) {
        if (body.part() != Part.BODY || !(body.root() instanceof JsonArray lines)) {
            return new Content.Tree(body.part(), body.root());
        }
        StringBuilder joined = new StringBuilder();
        for (JsonValue line : lines) {
            joined.append(joined.isEmpty() ? "" : "\n").append(line instanceof JsonString string ? string.value() : line.toString());
        }
        String text = joined.toString();
        boolean html = mediaType.contains("html") && !mediaType.contains("xhtml+xml") || Page.looksLikeOne(text);
        if (!html) {
            Optional<JsonValue> xml = XmlTree.of(text);
            if (xml.isPresent()) {
                return new Content.Tree(Part.LAYER, xml.get());
            }
        }
        return html || mediaType.contains("html") ? new Content.Html(Page.of(text)) : new Content.Text(text);
    }

    private static String mediaType(List<Leaf> head) {
        return value(head, Part.HEADER, "content-type").map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)).orElse("");
    }

    /** Lower case, without parameters; empty if it is not said. */
    String mediaType() {
        return mediaType(head);
    }

    /** The first field line of that name, lower case. */
    Optional<String> header(String name) {
        return value(head, Part.HEADER, name);
    }

    private static Optional<String> value(List<Leaf> head, Part part, String name) {
        for (Leaf leaf : head) {
            if (leaf.location().part() == part && leaf.location().name().equals(name)) {
                return Optional.of(leaf.value());
            }
        }
        return Optional.empty();
    }

    /** Hundreds of the status: 2 for success; 0 if there was no response. */
    int statusClass() {
        return status / 100;
    }

    /** Whether it says that what the client has still holds. */
    boolean isNotModified() {
        return status == NOT_MODIFIED;
    }

    /** Whether both name the state that the content has, and name another one. */
    boolean isOfAnotherState(Answer other) {
        for (String name : List.of("etag", "last-modified")) {
            Optional<String> one = header(name);
            Optional<String> two = other.header(name);
            if (one.isPresent() && two.isPresent()) {
                return !one.get().replaceFirst("^W/", "").equals(two.get().replaceFirst("^W/", ""));
            }
        }
        return false;
    }

    /** Values of the body by field. */
    List<Leaf> values() {
        return content instanceof Content.Tree tree ? new Document(Side.RESPONSE, tree.part(), "", "", tree.root()).leaves() : List.of();
    }

    /** The values that are kept in mind to see what the same request is answered with: those of the body, and references and file names of the head. */
    List<Leaf> remembered() {
        List<Leaf> remembered = new ArrayList<>(values());
        for (Leaf leaf : head) {
            if (leaf.location().part() == Part.HEADER && Targets.fields().contains(leaf.location().name())) {
                remembered.add(leaf);
            }
        }
        return remembered;
    }

    /** The fields that noise is learned from. */
    ExchangeFields fields() {
        List<Document> documents = new ArrayList<>();
        if (content instanceof Content.Tree tree) {
            documents.add(new Document(Side.RESPONSE, tree.part(), "", "", tree.root()));
        }
        return new ExchangeFields(seq, head, documents, Optional.empty(), unknown);
    }

    /** Whether nothing differs but how long it took and how it was carried. */
    boolean isIdentical(Answer other) {
        return status == other.status && content.equals(other.content) && unknown.isEmpty() && other.unknown.isEmpty() && telling(head).equals(telling(other.head));
    }

    private static List<Leaf> telling(List<Leaf> head) {
        List<Leaf> telling = new ArrayList<>();
        for (Leaf leaf : head) {
            if (leaf.location().part() != Part.TIMING && leaf.location().part() != Part.TLS) {
                telling.add(leaf);
            }
        }
        return telling;
    }
}
