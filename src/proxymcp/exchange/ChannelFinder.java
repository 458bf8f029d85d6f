package proxymcp.exchange;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the channel of a message: the topic that its payload shows, in the protocols that are spoken over WebSockets and event streams. Looks at the
 * first {@link #LOOK_BYTES} octets, never throws, and remembers at most {@link #NAMES_MAX} ids.
 *
 * <p>Both directions of a stream share one; any thread may call.
 */
public final class ChannelFinder {
    /** Octets of a payload that are looked at. */
    public static final int LOOK_BYTES = 4 * 1024;
    /** Ids whose channel is remembered. */
    public static final int NAMES_MAX = 1_024;

    private static final int CHANNEL_CHARS_MAX = 200;
    /** A longer text is something that is said, not the name of something. */
    private static final int NAME_CHARS_MAX = 100;
    private static final char RECORD_SEPARATOR = 0x1E;
    private static final int PHOENIX_MEMBERS = 5;

    private final String subprotocol;
    /** Of GraphQL: what later messages with the id belong to. Guarded by this object's monitor. */
    private final Map<String, String> byId = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > NAMES_MAX;
        }
    };

    /** @param subprotocol the stream's; empty for none */
    public ChannelFinder(String subprotocol) {
        this.subprotocol = subprotocol.toLowerCase(Locale.ROOT);
    }

    /**
     * The channel of a message.
     *
     * @param payload the first octets of it
     * @return empty if it shows none
     */
    public String of(byte[] payload) {
        if (payload.length == 0) {
            return "";
        }
        String text = new String(payload, 0, Math.min(payload.length, LOOK_BYTES), StandardCharsets.UTF_8).stripLeading();
        if (text.isEmpty()) {
            return "";
        }
        String found = switch (text.charAt(0)) {
            case '{' -> object(text);
            case '[' -> array(text, 0);
            default -> Character.isDigit(text.charAt(0)) ? socketIo(text) : stomp(text);
        };
        return clean(found);
    }

    private static String clean(String channel) {
        if (channel.length() <= CHANNEL_CHARS_MAX && channel.chars().noneMatch(Character::isISOControl)) {
            return channel.strip();
        }
        StringBuilder clean = new StringBuilder(Math.min(channel.length(), CHANNEL_CHARS_MAX));
        for (int i = 0; i < channel.length() && clean.length() < CHANNEL_CHARS_MAX; i++) {
            char c = channel.charAt(i);
            clean.append(Character.isISOControl(c) ? ' ' : c);
        }
        return clean.toString().strip();
    }

    private String object(String text) {
        Map<String, String> members = JsonGlance.members(text, 0);
        if (subprotocol.startsWith("graphql")) {
            return graphQl(text, members);
        }
        if (subprotocol.startsWith("actioncable") || members.containsKey("identifier")) {
            return actionCable(members);
        }
        if (text.indexOf(RECORD_SEPARATOR) > 0 && members.containsKey("type")) {
            return members.getOrDefault("target", ""); // SignalR: a message without a target is an answer or a ping.
        }
        for (String name : new String[] {"topic", "channel", "destination", "stream", "event", "target", "method", "action", "op", "type"}) {
            String value = members.getOrDefault(name, "");
            if (!value.isEmpty() && value.length() <= NAME_CHARS_MAX) {
                return value;
            }
        }
        return "";
    }

    /** {@code graphql-transport-ws} and {@code graphql-ws}: the first message of an id names the operation. */
    private String graphQl(String text, Map<String, String> members) {
        String id = members.getOrDefault("id", "");
        if (id.isEmpty()) {
            return "";
        }
        synchronized (byId) {
            String type = members.getOrDefault("type", "");
            if (type.equals("subscribe") || type.equals("start")) {
                int payload = JsonGlance.valueAt(text, "payload");
                String operation = payload < 0 ? "" : JsonGlance.members(text, payload).getOrDefault("operationName", "");
                byId.put(id, operation.isEmpty() ? id : operation + " " + id);
            }
            return byId.getOrDefault(id, id);
        }
    }

    /** The identifier is JSON within a string: its channel, and an id if it has one. */
    private static String actionCable(Map<String, String> members) {
        String identifier = members.getOrDefault("identifier", "");
        if (identifier.startsWith("{")) {
            Map<String, String> inner = JsonGlance.members(identifier, 0);
            String channel = inner.getOrDefault("channel", "");
            String room = inner.getOrDefault("room", inner.getOrDefault("id", ""));
            return room.isEmpty() ? channel : channel + " " + room;
        }
        return identifier.isEmpty() ? members.getOrDefault("type", "") : identifier;
    }

    /** Phoenix: {@code [join ref, ref, topic, event, payload]}; elsewhere an event is the first text of an array. */
    private static String array(String text, int from) {
        Optional<String[]> members = JsonGlance.texts(text, from, PHOENIX_MEMBERS);
        if (members.isEmpty()) {
            return "";
        }
        String[] texts = members.get();
        boolean phoenix = texts.length == PHOENIX_MEMBERS && texts[2] != null && texts[3] != null;
        if (phoenix) {
            return texts[2];
        }
        return texts.length == 0 || texts[0] == null || texts[0].length() > NAME_CHARS_MAX ? "" : texts[0];
    }

    /** Engine.IO's digit, then Socket.IO's: {@code 42/namespace,17["event",…]}. */
    private static String socketIo(String text) {
        if (text.charAt(0) != '4' || text.length() < 3) {
            return "";
        }
        char packet = text.charAt(1);
        if (packet != '2' && packet != '5') {
            return "";
        }
        int at = 2;
        if (packet == '5') {
            int dash = text.indexOf('-', at);
            at = dash < 0 ? at : dash + 1;
        }
        String namespace = "";
        if (at < text.length() && text.charAt(at) == '/') {
            int comma = text.indexOf(',', at);
            if (comma < 0) {
                return "";
            }
            namespace = text.substring(at, comma);
            at = comma + 1;
        }
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        String event = at < text.length() && text.charAt(at) == '[' ? array(text, at) : "";
        return namespace.isEmpty() ? event : namespace + " " + event;
    }

    /** A frame's command, headers of {@code name:value}, an empty line. */
    private String stomp(String text) {
        int end = text.indexOf("\n\n") >= 0 ? text.indexOf("\n\n") : text.indexOf("\r\n\r\n");
        if (end < 0 && !subprotocol.contains("stomp") || !Character.isUpperCase(text.charAt(0))) {
            return "";
        }
        String[] lines = (end < 0 ? text : text.substring(0, end)).split("\r?\n");
        if (!lines[0].chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
            return "";
        }
        for (String line : lines) {
            if (line.startsWith("destination:")) {
                return line.substring("destination:".length());
            }
        }
        return "";
    }
}
