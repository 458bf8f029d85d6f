package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values of a flow as variables of a {@link CurlScript}: the lines that make them, and texts as words of the shell. For one script. */
final class ScriptValues {
    /** What programs take from the environment under lower-case names. */
    private static final Set<String> RESERVED = Set.of("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy");

    private final RunnableFlow flow;
    private final Map<String, String> variables = new HashMap<>();
    private final Set<String> taken = new HashSet<>(RESERVED);
    /** Values that are the same throughout, once they were made. */
    private final Set<String> once = new HashSet<>();

    ScriptValues(RunnableFlow flow) {
        this.flow = flow;
    }

    /** A text as one word that means itself. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** The name of a step's files. */
    static String file(RunnableFlow.Step step) {
        return step.step().id().matches("[A-Za-z0-9_]{1,60}") ? step.step().id() : "step" + (step.index() + 1);
    }

    /** Why a step cannot be said in a script. */
    static Optional<String> obstacle(RunnableFlow.Step step) {
        StringBuilder all = new StringBuilder(step.step().urlTemplate());
        step.step().placeholders().forEach(placeholder -> all.append(placeholder.sample()));
        for (TemplateStep.Header header : step.step().headers()) {
            if (!header.name().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || header.value().indexOf('\n') >= 0 || header.value().indexOf('\r') >= 0) {
                return Optional.of("a field of its request is none of HTTP");
            }
            all.append(header.value());
        }
        if (step.step().body() instanceof TemplateBody.Text || step.step().body() instanceof TemplateBody.Mixed) {
            step.body().forEach(piece -> all.append(piece.text()));
        }
        return all.indexOf("\0") >= 0 ? Optional.of("its request holds NUL, which no variable of a shell can") : Optional.empty();
    }

    /** The variable of a name: always the same one, and no other name's. */
    String variable(String name) {
        return variables.computeIfAbsent(name, added -> {
            String plain = added.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
            String base = plain.matches("[a-z].*") ? plain : "v_" + plain;
            String variable = base;
            for (int i = 2; !taken.add(variable); i++) {
                variable = base + "_" + i;
            }
            return variable;
        });
    }

    private String coded(TemplateTokens.Piece piece) {
        return variable(piece.name() + ":" + codings(piece.codings()));
    }

    private static String codings(List<Coding> codings) {
        List<String> words = new ArrayList<>();
        codings.forEach(coding -> words.add(coding.word()));
        return String.join("+", words);
    }

    /** A text as one word; what it holds of coded values has to be made before. */
    String word(List<TemplateTokens.Piece> pieces) {
        StringBuilder word = new StringBuilder();
        for (TemplateTokens.Piece piece : pieces) {
            word.append(piece.isLiteral() ? quoted(piece.text()) : "\"$" + (piece.codings().isEmpty() ? variable(piece.name()) : coded(piece)) + "\"");
        }
        return word.isEmpty() ? "''" : word.toString();
    }

    /** The URL of a step; its octets that no request line may hold are escaped, as {@link StepMaker} does. */
    String url(RunnableFlow.Step step) {
        List<TemplateTokens.Piece> pieces = new ArrayList<>();
        for (TemplateTokens.Piece piece : step.url()) {
            pieces.add(piece.isLiteral() ? new TemplateTokens.Piece("", List.of(), escaped(piece.text(), pieces.isEmpty())) : piece);
        }
        return word(pieces);
    }

    private static String escaped(String text, boolean first) {
        String scheme = !first ? "" : text.regionMatches(true, 0, "ws://", 0, 5) ? "http" : text.regionMatches(true, 0, "wss://", 0, 6) ? "https" : "";
        StringBuilder escaped = new StringBuilder(scheme);
        for (byte octet : text.substring(scheme.isEmpty() ? 0 : text.indexOf(':')).getBytes(StandardCharsets.UTF_8)) {
            int c = octet & 0xFF;
            escaped.append(c > ' ' && c < 0x7F ? Character.toString((char) c) : String.format(Locale.ROOT, "%%%02X", c));
        }
        return escaped.toString();
    }

    private static List<List<TemplateTokens.Piece>> texts(RunnableFlow.Step step) {
        List<List<TemplateTokens.Piece>> texts = new ArrayList<>(step.headers());
        texts.add(step.url());
        texts.add(step.body());
        return texts;
    }

    /** Makes the coded values that stand in a step; of those that were made before signing the ones that digests change. */
    List<String> codes(RunnableFlow.Step step, boolean again) {
        Map<String, String> lines = new LinkedHashMap<>();
        texts(step).forEach(text -> codes(text, again, lines));
        return List.copyOf(lines.values());
    }

    private void codes(List<TemplateTokens.Piece> text, boolean again, Map<String, String> lines) {
        for (TemplateTokens.Piece piece : text) {
            if (!piece.isLiteral() && !piece.codings().isEmpty() && (!again || isSigned(piece.name()))) {
                lines.put(coded(piece), coded(piece) + "=$(code " + codings(piece.codings()) + " \"$" + variable(piece.name()) + "\")");
            }
        }
    }

    /** Stops where a value was in no answer before. */
    List<String> checks(RunnableFlow.Step step) {
        List<String> lines = new ArrayList<>();
        for (String name : step.names()) {
            if (flow.inputs().containsKey(name) || flow.definition(name).isPresent()) {
                continue;
            }
            BitSet producers = flow.producers(name);
            boolean sure = false;
            String at = "";
            for (int i = producers.nextSetBit(0); i >= 0 && i < step.index(); i = producers.nextSetBit(i + 1)) {
                for (RunnableFlow.Taken extract : flow.steps().get(i).extracts()) {
                    if (extract.as().equals(name)) {
                        sure |= extract.required() && flow.steps().get(i).pages().isEmpty();
                        at = " at " + extract.selector() + " (step " + flow.steps().get(i).step().id() + ")";
                    }
                }
            }
            if (!sure) {
                lines.add("[ \"${" + variable(name) + "+set}\" ] || stop " + quoted(step.step().id() + ": it uses {" + name + "}, which no answer before it held" + at));
            }
        }
        return lines;
    }

    /** Makes what other steps, or all pages of this one, share. */
    List<String> shared(RunnableFlow.Step step) {
        List<String> lines = new ArrayList<>();
        for (String name : step.names()) {
            boolean random = flow.definition(name).filter(known -> known.value() instanceof DerivedValue.Uuid || known.value() instanceof DerivedValue.Nonce).isPresent();
            if (random && !isPerPage(step, name) && once.add(name)) {
                lines.add(assigned(step, name));
            }
        }
        return lines;
    }

    private boolean isPerPage(RunnableFlow.Step step, String name) {
        return step.pages().isPresent() && flow.users(name).cardinality() <= 1;
    }

    /** Makes what a request has of its own; digests are nothing yet. */
    List<String> made(RunnableFlow.Step step) {
        List<String> lines = new ArrayList<>();
        for (String name : ordered(step)) {
            DerivedValue value = flow.definition(name).orElseThrow().value();
            if (isDigest(value)) {
                lines.add(variable(name) + "=''");
            } else if (!once.contains(name)) {
                composedCodes(value, lines);
                lines.add(assigned(step, name));
            }
        }
        return lines;
    }

    private void composedCodes(DerivedValue value, List<String> lines) {
        if (value instanceof DerivedValue.Composed composed) {
            Map<String, String> codes = new LinkedHashMap<>();
            codes(TemplateTokens.of(composed.template()), false, codes);
            lines.addAll(codes.values());
        }
    }

    /** Makes digests, and what is made of them; nothing for steps without. */
    List<String> signing(RunnableFlow.Step step) {
        List<String> lines = new ArrayList<>();
        for (String name : ordered(step)) {
            if (isSigned(name)) {
                DerivedValue value = flow.definition(name).orElseThrow().value();
                composedCodes(value, lines);
                lines.add(assigned(step, name));
            }
        }
        return lines;
    }

    /** The derived names of a step, each behind those that it is made of. */
    private Set<String> ordered(RunnableFlow.Step step) {
        Set<String> ordered = new LinkedHashSet<>();
        step.names().forEach(name -> order(name, ordered));
        return ordered;
    }

    private void order(String name, Set<String> ordered) {
        Optional<RunnableFlow.Definition> definition = flow.definition(name);
        if (definition.isPresent() && !ordered.contains(name)) {
            inside(definition.get().value()).forEach(other -> order(other, ordered));
            ordered.add(name);
        }
    }

    private static List<String> inside(DerivedValue value) {
        List<String> names = new ArrayList<>();
        switch (value) {
            case DerivedValue.Timestamp time -> { }
            case DerivedValue.Uuid uuid -> { }
            case DerivedValue.Nonce nonce -> { }
            case DerivedValue.Counter counter -> { }
            case DerivedValue.Pkce pkce -> names.add(pkce.verifier());
            case DerivedValue.Composed composed -> TemplateTokens.of(composed.template()).forEach(piece -> names.add(piece.name()));
            case DerivedValue.Hash hash -> hash.parts().forEach(part -> add(part, names));
            case DerivedValue.Hmac hmac -> {
                add(hmac.key(), names);
                hmac.parts().forEach(part -> add(part, names));
            }
        }
        return names;
    }

    private static void add(RecipePart part, List<String> names) {
        if (part.kind() == RecipePart.Kind.VALUE) {
            names.add(part.argument());
        }
    }

    private static boolean isDigest(DerivedValue value) {
        return value instanceof DerivedValue.Hash || value instanceof DerivedValue.Hmac;
    }

    /** Whether a name is a digest or made of one. */
    private boolean isSigned(String name) {
        Optional<RunnableFlow.Definition> definition = flow.definition(name);
        return definition.isPresent() && (isDigest(definition.get().value())
                || definition.get().value() instanceof DerivedValue.Composed composed && inside(composed).stream().anyMatch(this::isSigned));
    }

    private String assigned(RunnableFlow.Step step, String name) {
        RunnableFlow.Definition definition = flow.definition(name).orElseThrow();
        return variable(name) + "=" + switch (definition.value()) {
            case DerivedValue.Timestamp time -> "$(flow made " + time.format() + " " + quoted(definition.sample()) + ")";
            case DerivedValue.Uuid uuid -> "$(flow made uuid " + (isUpper(definition.sample()) ? "upper" : "lower") + ")";
            case DerivedValue.Nonce nonce -> "$(flow made nonce " + nonce.alphabet() + " " + nonce.chars() + ")";
            case DerivedValue.Counter counter -> counter(step, name, counter);
            case DerivedValue.Pkce pkce -> "$(flow made pkce \"$" + variable(pkce.verifier()) + "\")";
            case DerivedValue.Composed composed -> composed.codings().isEmpty() ? word(TemplateTokens.of(composed.template()))
                    : "$(code " + codings(composed.codings()) + " " + word(TemplateTokens.of(composed.template())) + ")";
            case DerivedValue.Hash hash -> sign(step, hash.algorithm(), hash.encoding(), hash.separator(), hash.parts());
            case DerivedValue.Hmac hmac -> {
                List<RecipePart> parts = new ArrayList<>(List.of(hmac.key()));
                parts.addAll(hmac.parts());
                yield sign(step, hmac.algorithm(), hmac.encoding(), hmac.separator(), parts);
            }
        };
    }

    private static boolean isUpper(String sample) {
        return sample.equals(sample.toUpperCase(Locale.ROOT)) && !sample.equals(sample.toLowerCase(Locale.ROOT));
    }

    private String counter(RunnableFlow.Step step, String name, DerivedValue.Counter counter) {
        if (step.pages().isPresent() && step.pages().get().loop().variable().equals(name)) {
            return "$((" + counter.start() + " + " + counter.increment() + " * (PAGE - 1)))";
        }
        return Long.toString(counter.start() + counter.increment() * flow.users(name).get(0, step.index()).cardinality());
    }

    private String sign(RunnableFlow.Step step, String algorithm, String encoding, String separator, List<RecipePart> parts) {
        StringBuilder sign = new StringBuilder("$(flow sign ").append(file(step)).append(' ').append(algorithm).append(' ').append(encoding).append(' ').append(quoted(separator));
        for (RecipePart part : parts) {
            sign.append(' ').append(part.kind().word()).append(' ')
                    .append(part.kind() == RecipePart.Kind.VALUE ? "\"$" + variable(part.argument()) + "\"" : quoted(part.argument()));
        }
        return sign.append(')').toString();
    }
}
