package proxymcp.parity;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import proxymcp.json.JsonArray;
import proxymcp.json.JsonObject;
import proxymcp.json.JsonString;
import proxymcp.json.JsonValue;

/**
 * XML as a tree like that of JSON: an element is an object of its attributes ({@code @name}), its text ({@code text}) and, by name, arrays of its
 * children. Names are without prefixes. No document type is read and nothing is fetched.
 */
final class XmlTree {
    private static final int DEPTH_MAX = 100;
    private static final int ELEMENTS_MAX = 500_000;

    private XmlTree() {}

    /** An element while it is read. */
    private static final class Open {
        private final String name;
        private final List<JsonObject.Member> attributes = new ArrayList<>();
        private final Map<String, List<JsonValue>> children = new LinkedHashMap<>();
        private final StringBuilder text = new StringBuilder();

        Open(String name) {
            this.name = name;
        }

        JsonValue done() {
            List<JsonObject.Member> members = new ArrayList<>(attributes);
            children.forEach((child, values) -> members.add(new JsonObject.Member(child, new JsonArray(values))));
            String said = text.toString().strip();
            if (!said.isEmpty() || members.isEmpty()) {
                members.add(new JsonObject.Member("text", new JsonString(said)));
            }
            return new JsonObject(members);
        }
    }

    /** The tree of a well-formed text; empty if it is none, or beyond what is read. */
    static Optional<JsonValue> of(String text) {
        if (!text.stripLeading().startsWith("<")) {
            return Optional.empty();
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text.strip()));
            try {
                return read(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException notXml) {
            return Optional.empty();
        }
    }

    private static Optional<JsonValue> read(XMLStreamReader reader) throws XMLStreamException {
        Deque<Open> open = new ArrayDeque<>();
        Open document = new Open("");
        open.push(document);
        int elements = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (open.size() > DEPTH_MAX || ++elements > ELEMENTS_MAX) {
                        return Optional.empty();
                    }
                    Open element = new Open(reader.getLocalName());
                    for (int i = 0; i < reader.getAttributeCount(); i++) {
                        element.attributes.add(new JsonObject.Member("@" + reader.getAttributeLocalName(i), new JsonString(reader.getAttributeValue(i))));
                    }
                    open.push(element);
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    Open element = open.pop();
                    open.element().children.computeIfAbsent(element.name, added -> new ArrayList<>()).add(element.done());
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> open.element().text.append(reader.getText());
                default -> { } // Comments, instructions and the like say nothing.
            }
        }
        return document.children.isEmpty() ? Optional.empty() : Optional.of(document.done());
    }
}
