package proxymcp.template;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The values of one request of a run. What is random depends on the run's seed and the name alone, so that one name is one value throughout, also when
 * the run goes on in another process; only a loop that nobody shares the name with has another value for each page. Times are those of this request. For one
 * thread.
 */
final class StepValues {
    /** Of a whole part of a request: more is a template that wants the memory. */
    static final int TEXT_CHARS_MAX = 16 << 20;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String DIGITS = "0123456789";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + DIGITS;

    private final RunnableFlow flow;
    private final FlowProgress progress;
    private final RunnableFlow.Step step;
    private final int page;
    private final long seed;
    private final Instant now;
    private final boolean planned;
    private final Map<String, String> known = new HashMap<>();
    private Optional<Digests> digests = Optional.empty();

    /**
     * @param page from 1; more in loops
     * @param planned whether nothing is sent: what answers will hold stands there as its placeholder
     */
    StepValues(RunnableFlow flow, FlowProgress progress, RunnableFlow.Step step, int page, long seed, Instant now, boolean planned) {
        this.flow = flow;
        this.progress = progress;
        this.step = step;
        this.page = page;
        this.seed = seed;
        this.now = now;
        this.planned = planned;
    }

    /** Has the digests made of this request from now on; before, they are nothing. */
    void signing(RequestText request) {
        digests = Optional.of(new Digests(request, this::value));
        known.clear();
    }

    /** Whether a value of a request that is not sent is not known yet. */
    boolean isOpen(String name) {
        if (!planned) {
            return false;
        }
        Optional<RunnableFlow.Definition> definition = flow.definition(name);
        if (definition.isEmpty()) {
            return !flow.inputs().containsKey(name);
        }
        return switch (definition.get().value()) {
            case DerivedValue.Timestamp time -> false;
            case DerivedValue.Uuid uuid -> false;
            case DerivedValue.Nonce nonce -> false;
            case DerivedValue.Counter counter -> false;
            case DerivedValue.Pkce pkce -> isOpen(pkce.verifier());
            case DerivedValue.Composed composed -> TemplateTokens.of(composed.template()).stream().anyMatch(piece -> !piece.isLiteral() && isOpen(piece.name()));
            case DerivedValue.Hash hash -> isAnyOpen();
            case DerivedValue.Hmac hmac -> isAnyOpen();
        };
    }

    /** Digests may be made of any part of the request. */
    private boolean isAnyOpen() {
        for (String name : step.names()) {
            if (flow.definition(name).isEmpty() && !flow.inputs().containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name stands for a digest of the request that it is in. */
    boolean isDigest(String name) {
        return flow.definition(name).filter(known -> known.value() instanceof DerivedValue.Hash || known.value() instanceof DerivedValue.Hmac).isPresent();
    }

    /** A text with its values filled in. */
    String filled(List<TemplateTokens.Piece> pieces) throws UnfilledException {
        StringBuilder text = new StringBuilder();
        for (TemplateTokens.Piece piece : pieces) {
            text.append(piece.isLiteral() ? piece.text() : isOpen(piece.name()) ? "{" + piece.name() + "}" : coded(value(piece.name()), piece.codings()));
            requireRoom(text.length());
        }
        return text.toString();
    }

    /** Codings may be many, and each makes the value longer. */
    private static String coded(String value, List<Coding> codings) throws UnfilledException {
        String coded = value;
        for (Coding coding : codings) {
            coded = coding.apply(coded);
            requireRoom(coded.length());
        }
        return coded;
    }

    static void requireRoom(int chars) throws UnfilledException {
        if (chars > TEXT_CHARS_MAX) {
            throw new UnfilledException("a part of it has more than " + TEXT_CHARS_MAX + " characters");
        }
    }

    /** The value of a name. */
    String value(String name) throws UnfilledException {
        String before = known.get(name);
        if (before != null) {
            return before;
        }
        Optional<RunnableFlow.Definition> definition = flow.definition(name);
        String value = definition.isPresent() ? made(name, definition.get()) : given(name);
        known.put(name, value);
        return value;
    }

    private String given(String name) throws UnfilledException {
        String input = flow.inputs().get(name);
        return input != null ? input : progress.value(name, step.index(), page > 1);
    }

    private String made(String name, RunnableFlow.Definition definition) throws UnfilledException {
        return switch (definition.value()) {
            case DerivedValue.Timestamp time -> time(time.format(), definition.sample());
            case DerivedValue.Uuid uuid -> uuid(name, definition.sample());
            case DerivedValue.Nonce nonce -> nonce(name, nonce);
            case DerivedValue.Counter counter -> Long.toString(counter.start() + counter.increment() * turns(name));
            case DerivedValue.Pkce pkce -> Recipes.challenge(value(pkce.verifier()));
            case DerivedValue.Composed composed -> coded(filled(TemplateTokens.of(composed.template())), composed.codings());
            case DerivedValue.Hash hash -> digests.isPresent() ? digests.get().hash(hash) : "";
            case DerivedValue.Hmac hmac -> digests.isPresent() ? digests.get().hmac(hmac) : "";
        };
    }

    /** How often a counter was used before: by pages of a loop, or by steps before this one. */
    private long turns(String name) {
        if (step.pages().isPresent() && step.pages().get().loop().variable().equals(name)) {
            return page - 1L;
        }
        BitSet users = flow.users(name);
        return users.get(0, step.index()).cardinality();
    }

    private String time(String format, String sample) {
        return switch (format) {
            case "millis" -> Long.toString(now.toEpochMilli());
            case "micros" -> Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, now));
            case "iso" -> iso(sample);
            case "http" -> HTTP_DATE.format(now);
            default -> Long.toString(now.getEpochSecond());
        };
    }

    /** With as many digits, and the zone written, as in the recording. */
    private String iso(String sample) {
        int dot = sample.indexOf('.');
        int digits = 0;
        while (dot >= 0 && dot + 1 + digits < sample.length() && Character.isDigit(sample.charAt(dot + 1 + digits))) {
            digits++;
        }
        String fraction = digits == 0 ? "" : "." + "S".repeat(Math.min(9, digits));
        String between = sample.indexOf(' ') > 0 ? "' '" : "'T'";
        String zone = sample.endsWith("+00:00") || sample.matches(".*[+-][0-9]{2}:[0-9]{2}") ? "xxx" : "X";
        return DateTimeFormatter.ofPattern("uuuu-MM-dd" + between + "HH:mm:ss" + fraction + zone, Locale.ROOT).withZone(ZoneOffset.UTC).format(now);
    }

    /** Version 4 (RFC 9562 section 5.4). */
    private String uuid(String name, String sample) {
        SplittableRandom random = random(name);
        String made = new UUID(random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L, random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L)
                .toString();
        return !sample.isEmpty() && sample.equals(sample.toUpperCase(Locale.ROOT)) && !sample.equals(sample.toLowerCase(Locale.ROOT))
                ? made.toUpperCase(Locale.ROOT) : made;
    }

    private String nonce(String name, DerivedValue.Nonce nonce) {
        String alphabet = switch (nonce.alphabet()) {
            case "hex" -> "0123456789abcdef";
            case "digits" -> DIGITS;
            case "alphanumeric" -> LETTERS;
            default -> LETTERS + "-_";
        };
        SplittableRandom random = random(name);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < nonce.chars(); i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        // A number that begins with zero is none in JSON.
        return nonce.alphabet().equals("digits") && text.charAt(0) == '0' ? "1" + text.substring(1) : text.toString();
    }

    /** The key of a WebSocket's handshake. */
    String webSocketKey() {
        byte[] octets = new byte[16];
        random("sec-websocket-key of " + step.index()).nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    private SplittableRandom random(String name) {
        boolean perPage = page > 1 && flow.users(name).cardinality() <= 1;
        byte[] digest = Recipes.digest("SHA-256", seed + " " + name + (perPage ? " " + page : ""));
        return new SplittableRandom(ByteBuffer.wrap(digest).getLong());
    }
}
