package proxymcp.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the two ends of a WebSocket agreed on (RFC 6455 section 4).
 *
 * @param subprotocol the one that the server chose; empty for none
 * @param extensions as the server wrote them; empty for none
 * @param deflate how messages are compressed; empty if they are not
 * @param rsvAllowed the reserved bits of frames that the extensions may set, RSV1 as 4: all where one of them is not known
 * @param faults what breaks the protocol, one sentence each
 */
public record WebSocketHandshake(String subprotocol, String extensions, Optional<Deflate> deflate, int rsvAllowed,
        List<String> faults) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String DEFLATE = "permessage-deflate";
    private static final Pattern DEFLATE_PARAMETER = Pattern.compile(
            "(?:client|server)_(?:no_context_takeover|max_window_bits\\s*=\\s*(\"?)(?:[89]|1[0-5])\\1)");
    private static final int RSV1 = 4;
    private static final int RSV_ALL = 7;

    /**
     * Parameters of {@code permessage-deflate} (RFC 7692 section 7). Windows of fewer bits need no other inflater, and are not kept.
     *
     * @param clientForgets whether the client begins each message with an empty window
     * @param serverForgets the same of the server
     */
    public record Deflate(boolean clientForgets, boolean serverForgets) {}

    /** Copies the list. */
    public WebSocketHandshake {
        faults = List.copyOf(faults);
    }

    /** Whether a request asks for a WebSocket. */
    public static boolean asks(RequestHead request) {
        return request.fields().hasMember("Upgrade", "websocket");
    }

    /**
     * Reads the two heads of an upgrade that was answered 101.
     *
     * @return empty if the protocol that was switched to is another one
     */
    public static Optional<WebSocketHandshake> of(RequestHead request, ResponseHead response) {
        if (!asks(request) || response.status() != 101 || !response.fields().hasMember("Upgrade", "websocket")) {
            return Optional.empty();
        }
        List<String> faults = new ArrayList<>();
        Optional<String> key = request.fields().first("Sec-WebSocket-Key");
        Optional<String> accept = response.fields().first("Sec-WebSocket-Accept");
        if (key.isEmpty() || accept.isEmpty() || !accept.get().strip().equals(accept(key.get().strip()))) {
            faults.add("Sec-WebSocket-Accept is " + (accept.isEmpty() ? "missing" : "not the one for the client's key") + " (RFC 6455 section 4.2.2)");
        }
        String subprotocol = response.fields().first("Sec-WebSocket-Protocol").orElse("").strip();
        if (!subprotocol.isEmpty() && !request.fields().hasMember("Sec-WebSocket-Protocol", subprotocol)) {
            faults.add("the server chose a sub-protocol that the client had not offered (RFC 6455 section 4.2.2)");
        }
        String extensions = String.join(", ", response.fields().all("Sec-WebSocket-Extensions"));
        checkExtensions(request, extensions, faults);
        return Optional.of(new WebSocketHandshake(subprotocol, extensions, deflate(extensions), rsvAllowed(extensions), faults));
    }

    /** What a server answers to a client's key. */
    public static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static void checkExtensions(RequestHead request, String extensions, List<String> faults) {
        List<String> offered = new ArrayList<>();
        for (String offer : request.fields().members("Sec-WebSocket-Extensions")) {
            offered.add(name(offer));
        }
        for (String extension : extensions.split(",")) {
            String name = name(extension);
            if (!name.isEmpty() && !offered.contains(name)) {
                faults.add("the server chose an extension that the client had not offered (RFC 6455 section 9.1)");
            }
            for (String parameter : name.equals(DEFLATE) ? parameters(extension) : List.<String>of()) {
                if (!DEFLATE_PARAMETER.matcher(parameter).matches()) {
                    faults.add("permessage-deflate with a parameter that it has not (RFC 7692 section 7.1)");
                }
            }
        }
    }

    private static String name(String extension) {
        return extension.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static List<String> parameters(String extension) {
        List<String> parameters = new ArrayList<>();
        String[] parts = extension.toLowerCase(Locale.ROOT).split(";");
        for (int i = 1; i < parts.length; i++) {
            parameters.add(parts[i].strip());
        }
        return parameters;
    }

    private static int rsvAllowed(String extensions) {
        int allowed = 0;
        for (String extension : extensions.split(",")) {
            allowed |= switch (name(extension)) {
                case "" -> 0;
                case DEFLATE -> RSV1;
                default -> RSV_ALL;
            };
        }
        return allowed;
    }

    private static Optional<Deflate> deflate(String extensions) {
        for (String extension : extensions.split(",")) {
            if (name(extension).equals(DEFLATE)) {
                List<String> parameters = parameters(extension);
                return Optional.of(new Deflate(parameters.contains("client_no_context_takeover"), parameters.contains("server_no_context_takeover")));
            }
        }
        return Optional.empty();
    }
}
