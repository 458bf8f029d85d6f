package proxymcp.template;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import proxymcp.http.Fields;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.ExchangeScan;
import proxymcp.store.Session;
import proxymcp.store.StoredExchange;
import proxymcp.store.WorkWatch;

/**
 * Proves that a template makes the recorded requests again: each step is filled with its samples and held against the recording, octet for octet but
 * for what frames a message, and what a client asks to be spared because it knew it before the recording: no template holds that.
 */
public final class TemplateProof {
    private static final int SHOWN_CHARS_MAX = 80;

    private final TemplateStep step;
    private final RequestText recorded;
    private final Map<String, String> samples = new HashMap<>();
    private final Map<String, String> secrets = new HashMap<>();
    private final List<String> differences = new ArrayList<>();

    private TemplateProof(FlowTemplate template, TemplateStep step, RequestText recorded) {
        this.step = step;
        this.recorded = recorded;
        step.placeholders().forEach(place -> samples.putIfAbsent(place.name(), place.sample()));
        for (Edge edge : template.edges()) {
            if (edge.to().equals(step.id())) {
                template.step(edge.from()).ifPresent(from -> secret(from, edge));
            }
        }
    }

    /** A key is sent nowhere, so that no place of this request has its sample. */
    private void secret(TemplateStep from, Edge edge) {
        for (Extract extract : from.extracts()) {
            if (extract.select().equals(edge.selector())) {
                secrets.putIfAbsent(extract.as(), edge.sample());
            }
        }
    }

    /**
     * Makes all requests of a template again, in memory; nothing is sent.
     *
     * @param session the one that the template was made of
     * @param watch told how far it got
     * @return a sentence for each difference, which begins with the id of its step; empty if there is none
     * @throws CancellationException if nobody waits for it any more
     * @throws IOException if the session cannot be read
     */
    public static List<String> differences(Session session, FlowTemplate template, WorkWatch watch) throws IOException {
        List<String> all = new ArrayList<>();
        long done = 0;
        try (ExchangeScan scan = session.exchanges()) {
            for (TemplateStep step : template.steps()) {
                if (watch.cancelled()) {
                    throw new CancellationException();
                }
                watch.done(done++, template.steps().size());
                Optional<RequestText> recorded = recorded(scan, step.seq());
                if (recorded.isEmpty()) {
                    all.add(step.id() + " its recorded request cannot be read");
                    continue;
                }
                TemplateProof proof = new TemplateProof(template, step, recorded.get());
                proof.compare();
                proof.unused(template);
                all.addAll(proof.differences);
            }
        }
        return all;
    }

    private static Optional<RequestText> recorded(ExchangeScan scan, long seq) throws IOException {
        try {
            Optional<StoredExchange> stored = scan.exchange(seq);
            return stored.map(RequestText::of);
        } catch (CorruptSegmentException e) {
            return Optional.empty();
        }
    }

    private void compare() {
        differ("method", step.method(), recorded.method());
        differ("url", filled(step.urlTemplate()), recorded.scheme() + "://" + recorded.host() + recorded.target());
        List<String> made = new ArrayList<>();
        for (TemplateStep.Header header : step.headers()) {
            made.add(header.name() + ": " + filled(header.value()));
        }
        List<String> sent = new ArrayList<>();
        Fields head = recorded.head();
        for (int i = 0; i < head.size(); i++) {
            if (StepWriter.isKept(head.name(i)) && (!ValidatorTrail.isRevalidation(head.name(i)) || has(head.name(i)))) {
                sent.add(head.name(i) + ": " + head.value(i));
            }
        }
        for (int i = 0; i < Math.max(made.size(), sent.size()); i++) {
            differ("field line " + (i + 1), i < made.size() ? made.get(i) : "", i < sent.size() ? sent.get(i) : "");
        }
        switch (step.body()) {
            case TemplateBody.None none -> body(new byte[0]);
            case TemplateBody.Text text -> body(filled(text.template()).getBytes(StandardCharsets.UTF_8));
            case TemplateBody.Octets octets -> body(Base64.getDecoder().decode(octets.base64()));
            case TemplateBody.Mixed mixed -> body(mixed(mixed));
            case TemplateBody.Recorded whole -> { }
        }
        derived();
    }

    private boolean has(String name) {
        for (TemplateStep.Header header : step.headers()) {
            if (header.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private byte[] mixed(TemplateBody.Mixed mixed) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (TemplateBody.Block block : mixed.blocks()) {
            octets.writeBytes(switch (block.kind()) {
                case TEXT -> filled(block.content()).getBytes(StandardCharsets.UTF_8);
                case OCTETS -> Base64.getDecoder().decode(block.content());
                case VALUE -> Base64.getDecoder().decode(samples.getOrDefault(block.content(), ""));
            });
        }
        return octets.toByteArray();
    }

    /** What is known of the request is no use if nothing that is sent is made of it: its recorded value would go out. */
    private void unused(FlowTemplate template) {
        Set<String> names = new HashSet<>();
        use(step.urlTemplate(), names);
        step.headers().forEach(header -> use(header.value(), names));
        switch (step.body()) {
            case TemplateBody.None none -> { }
            case TemplateBody.Text text -> use(text.template(), names);
            case TemplateBody.Octets octets -> { }
            case TemplateBody.Mixed mixed -> mixed.blocks().forEach(block -> {
                if (block.kind() == TemplateBody.Block.Kind.VALUE) {
                    names.add(block.content());
                } else if (block.kind() == TemplateBody.Block.Kind.TEXT) {
                    use(block.content(), names);
                }
            });
            case TemplateBody.Recorded whole -> { }
        }
        Set<String> filled = new HashSet<>();
        for (Placeholder place : step.placeholders()) {
            if (names.contains(place.name()) && place.derived().orElse(null) instanceof DerivedValue.Composed composed) {
                use(composed.template(), names);
            }
        }
        step.placeholders().forEach(place -> filled.add(names.contains(place.name()) ? place.location() : ""));
        Set<String> known = new LinkedHashSet<>();
        for (Edge edge : template.edges()) {
            known.add(edge.to().equals(step.id()) ? edge.location() : "");
        }
        known.remove("");
        for (String location : known) {
            if (!filled.contains(location)) {
                differences.add(step.id() + " " + location + ": where its value comes from is known, but it is sent as recorded");
            }
        }
    }

    private static void use(String template, Set<String> names) {
        TemplateTokens.of(template).forEach(piece -> names.add(piece.name()));
    }

    private void body(byte[] made) {
        byte[] sent = recorded.body();
        if (!Arrays.equals(made, sent)) {
            int at = Arrays.mismatch(made, sent);
            differences.add(step.id() + " body: differs from octet " + at + " on (" + made.length + " octets made, " + sent.length + " recorded)");
        }
    }

    /** Values that the client makes of others, by their recipes. What is made of nothing, a time or a nonce, is as recorded. */
    private void derived() {
        Digests digests = new Digests(recorded, name -> samples.getOrDefault(name, secrets.getOrDefault(name, "")));
        for (Placeholder place : step.placeholders()) {
            if (place.derived().isEmpty()) {
                continue;
            }
            switch (place.derived().get()) {
                case DerivedValue.Pkce pkce -> {
                    if (samples.containsKey(pkce.verifier())) {
                        differ(place.location(), Recipes.challenge(samples.get(pkce.verifier())), place.sample());
                    }
                }
                case DerivedValue.Composed composed -> differ(place.location(), Coding.applyAll(composed.codings(), filled(composed.template())), place.sample());
                case DerivedValue.Timestamp time -> { }
                case DerivedValue.Uuid uuid -> { }
                case DerivedValue.Nonce nonce -> { }
                case DerivedValue.Counter counter -> { }
                case DerivedValue.Hash hash -> digest(place, () -> digests.hash(hash));
                case DerivedValue.Hmac hmac -> digest(place, () -> digests.hmac(hmac));
            }
        }
    }

    private interface Digest {
        String text() throws UnfilledException;
    }

    private void digest(Placeholder place, Digest digest) {
        try {
            differ(place.location(), digest.text(), place.sample());
        } catch (UnfilledException e) {
            differences.add(step.id() + " " + place.location() + ": " + e.getMessage());
        }
    }

    private void differ(String where, String made, String sent) {
        if (!made.equals(sent)) {
            differences.add(step.id() + " " + where + ": made is \"" + shown(made) + "\", recorded \"" + shown(sent) + "\"");
        }
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "... (" + text.length() + " characters)";
    }

    private String filled(String template) {
        StringBuilder text = new StringBuilder();
        for (TemplateTokens.Piece piece : TemplateTokens.of(template)) {
            text.append(piece.isLiteral() ? piece.text() : value(piece));
        }
        return text.toString();
    }

    private String value(TemplateTokens.Piece piece) {
        String sample = samples.get(piece.name());
        return sample == null ? "{" + piece.name() + "}" : Coding.applyAll(piece.codings(), sample);
    }
}
