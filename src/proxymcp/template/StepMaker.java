package proxymcp.template;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Authority;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.replay.OutgoingRequest;
import proxymcp.replay.ReplayBody;
import proxymcp.replay.Target;

/** Makes a request of a step and its values. Any thread may call. */
final class StepMaker {
    /** Written anew for each request, as bodies and origins differ. */
    static final Set<String> FRAMING = Set.of("host", "content-length", "transfer-encoding", "connection", "proxy-connection", "keep-alive", "te",
            "trailer", "expect", "sec-websocket-key");
    private static final int HEAD_CHARS_MAX = 256 << 10;

    private final Optional<Target> target;

    /** @param target where requests go instead of their own origins */
    StepMaker(Optional<Target> target) {
        this.target = target;
    }

    /** An absolute URL taken apart. */
    record Url(Endpoint endpoint, String target) {
        /**
         * Takes a URL apart; what no request line may hold is escaped.
         *
         * @throws UnfilledException if it is no http or https URL
         */
        static Url of(String url) throws UnfilledException {
            int hash = url.indexOf('#');
            String plain = hash < 0 ? url : url.substring(0, hash);
            int scheme = plain.indexOf("://");
            String name = switch (scheme < 0 ? "" : plain.substring(0, scheme).toLowerCase(Locale.ROOT)) {
                case "http", "ws" -> "http";
                case "https", "wss" -> "https";
                default -> throw new UnfilledException("its URL is no http or https URL: " + RunnableFlow.shown(url));
            };
            int end = scheme + 3;
            while (end < plain.length() && plain.charAt(end) != '/' && plain.charAt(end) != '?') {
                end++;
            }
            Optional<Authority> authority = Authority.parse(plain.substring(scheme + 3, end));
            if (authority.isEmpty()) {
                throw new UnfilledException("its URL has no host: " + RunnableFlow.shown(url));
            }
            String rest = plain.substring(end);
            return new Url(new Endpoint(name, authority.get().host(), authority.get().port().orElse(Endpoint.defaultPort(name))),
                    escaped(rest.startsWith("/") ? rest : "/" + rest));
        }

        private static String escaped(String text) throws UnfilledException {
            StringBuilder escaped = new StringBuilder();
            for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
                int c = octet & 0xFF;
                if (c < ' ' || c == 0x7F) {
                    throw new UnfilledException("its URL holds a control character");
                }
                if (c == ' ' || c > 0x7F) {
                    escaped.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
                } else {
                    escaped.append((char) c);
                }
            }
            return escaped.toString();
        }

        /** Where it goes. */
        Endpoint endpoint(Optional<Target> other) {
            return other.isPresent() ? other.get().endpoint() : endpoint;
        }
    }

    /**
     * The request.
     *
     * @param given what is known of it: a body that was recorded, and its content coding
     * @throws UnfilledException if it cannot be made
     */
    OutgoingRequest request(RunnableFlow.Step step, StepValues values, OutgoingRequest given) throws UnfilledException {
        try {
            boolean signed = false;
            for (String name : step.names()) {
                signed |= values.isDigest(name);
            }
            if (signed) {
                values.signing(text(filled(step, values, given)));
            }
            return filled(step, values, given);
        } catch (IllegalArgumentException e) {
            throw new UnfilledException("it is no request of HTTP: " + e.getMessage());
        }
    }

    private OutgoingRequest filled(RunnableFlow.Step step, StepValues values, OutgoingRequest given) throws UnfilledException {
        Url url = Url.of(values.filled(step.url()));
        Endpoint endpoint = url.endpoint(target);
        ReplayBody body = switch (step.step().body()) {
            case TemplateBody.None none -> new ReplayBody.None();
            case TemplateBody.Text text -> new ReplayBody.Held(values.filled(step.body()).getBytes(StandardCharsets.UTF_8));
            case TemplateBody.Octets octets -> new ReplayBody.Held(Base64.getDecoder().decode(octets.base64()));
            case TemplateBody.Mixed mixed -> new ReplayBody.Held(mixed(mixed, values));
            case TemplateBody.Recorded recorded -> given.body();
        };
        Fields.Builder fields = new Fields.Builder().add("Host", endpoint.authority());
        long chars = url.target().length();
        boolean upgrades = false;
        for (int i = 0; i < step.headers().size(); i++) {
            String name = step.step().headers().get(i).name();
            String lower = name.toLowerCase(Locale.ROOT);
            if (!FRAMING.contains(lower)) {
                String value = latin1(values.filled(step.headers().get(i)));
                chars += name.length() + value.length() + 4;
                fields.add(name, value);
                upgrades |= lower.equals("upgrade");
            }
        }
        if (chars > HEAD_CHARS_MAX) {
            throw new UnfilledException("its head has more than " + HEAD_CHARS_MAX + " octets");
        }
        if (step.isUpgrade()) {
            fields.add("Connection", "Upgrade").add("Sec-WebSocket-Key", values.webSocketKey());
            if (!upgrades) {
                fields.add("Upgrade", "websocket").add("Sec-WebSocket-Version", "13");
            }
        }
        if (step.step().body() instanceof TemplateBody.Recorded) {
            given.head().fields().all("Content-Encoding").forEach(coding -> fields.add("Content-Encoding", coding));
        }
        boolean announced = switch (step.step().method()) {
            case "POST", "PUT", "PATCH" -> true;
            default -> body.size() > 0;
        };
        ReplayBody sent = announced && body instanceof ReplayBody.None ? new ReplayBody.Held(new byte[0]) : announced ? body : new ReplayBody.None();
        if (announced) {
            fields.add("Content-Length", Long.toString(sent.size()));
        }
        return new OutgoingRequest(endpoint, RequestHead.of(step.step().method(), url.target(), fields.build()), sent, Fields.EMPTY);
    }

    private static byte[] mixed(TemplateBody.Mixed body, StepValues values) throws UnfilledException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (TemplateBody.Block block : body.blocks()) {
            octets.writeBytes(switch (block.kind()) {
                case TEXT -> values.filled(TemplateTokens.of(block.content())).getBytes(StandardCharsets.UTF_8);
                case OCTETS -> Base64.getDecoder().decode(block.content());
                case VALUE -> octets(block.content(), values);
            });
            StepValues.requireRoom(octets.size());
        }
        return octets.toByteArray();
    }

    private static byte[] octets(String name, StepValues values) throws UnfilledException {
        if (values.isOpen(name)) {
            return ("{" + name + "}").getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(values.value(name).replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new UnfilledException("it sends the octets of {" + name + "}, which is no Base64");
        }
    }

    /** Octets of a recorded field stand for one character each; other characters go out as UTF-8. */
    private static String latin1(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xFF) {
                return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return value;
    }

    private static RequestText text(OutgoingRequest request) {
        String target = request.head().target();
        int question = target.indexOf('?');
        byte[] body = request.body() instanceof ReplayBody.Held(byte[] octets) ? octets : new byte[0];
        return new RequestText(request.head().method(), request.endpoint().scheme(), request.endpoint().authority(),
                target, question < 0 ? target : target.substring(0, question), question < 0 ? "" : target.substring(question + 1), request.head().fields(), body,
                true, true);
    }

    /** The URL as it was recorded, as far as the template tells. */
    static String recordedUrl(RunnableFlow.Step step) {
        Map<String, String> samples = RunnableFlow.samples(step.step());
        StringBuilder url = new StringBuilder();
        for (TemplateTokens.Piece piece : step.url()) {
            String value = piece.isLiteral() ? piece.text() : samples.getOrDefault(piece.name(), "");
            url.append(piece.isLiteral() || value.length() > 4_000 || piece.codings().size() > 4 ? value : Coding.applyAll(piece.codings(), value));
        }
        return url.toString();
    }
}
