package proxymcp.template;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A template as a shell script: inputs are variables with the recorded values as defaults, answers are kept in a folder, and values are taken from them
 * with jq, sed and grep where that can be said in a line. What it cannot say stands as a comment, and the recorded value is used.
 */
final class CurlScript {
    private final FlowTemplate template;
    private final StringBuilder script = new StringBuilder();
    private final Set<String> known = new HashSet<>();

    CurlScript(FlowTemplate template) {
        this.template = template;
    }

    String text() {
        script.append("#!/usr/bin/env bash\n# ").append(comment(template.name())).append("\n# Needs bash, curl and jq.\nset -euo pipefail\n")
                .append("answers=$(mktemp -d)\ntrap 'rm -rf \"$answers\"' EXIT\n");
        script.append("url() { jq -rn --arg v \"$1\" '$v|@uri'; }\njson() { jq -rn --arg v \"$1\" '$v|tojson|.[1:-1]'; }\n");
        script.append("unurl() { local v; v=$(cat); v=${v//+/ }; printf '%b' \"${v//%/\\\\x}\"; }\n");
        script.append("b64() { printf %s \"$1\" | base64 | tr -d '\\n'; }\nb64url() { b64 \"$1\" | tr '+/' '-_' | tr -d '='; }\n");
        for (TemplateInput input : template.inputs()) {
            script.append(variable(input.name())).append("=${").append(variable(input.name())).append(":-").append(quoted(input.defaultValue())).append("}\n");
            known.add(input.name());
        }
        template.steps().forEach(this::step);
        return script.toString();
    }

    private void step(TemplateStep step) {
        script.append("\n# ").append(step.id()).append(step.loop().map(loop -> ", repeated for each page (" + loop + ")").orElse("")).append('\n');
        for (Placeholder placeholder : step.placeholders()) {
            if (placeholder.derived().isPresent() && known.add(placeholder.name() + (isPerStep(placeholder.derived().get()) ? step.id() : ""))) {
                derived(placeholder.name(), placeholder.sample(), placeholder.derived().get());
            }
        }
        script.append("curl -sS -X ").append(quoted(step.method())).append(" -D \"$answers/").append(step.id()).append(".head\" -o \"$answers/")
                .append(step.id()).append(".body\"");
        for (TemplateStep.Header header : step.headers()) {
            if (!header.name().equalsIgnoreCase("accept-encoding")) {
                script.append(" \\\n    -H ").append(filled(header.name() + ": " + header.value()));
            }
        }
        if (step.body() instanceof TemplateBody.Text text) {
            script.append(" \\\n    --data-raw ").append(filled(text.template()));
        } else if (!(step.body() instanceof TemplateBody.None)) {
            script.append(" \\\n    --data-binary @").append(step.id()).append(".request");
        }
        script.append(" \\\n    ").append(filled(step.urlTemplate())).append('\n');
        for (Extract extract : step.extracts()) {
            script.append(variable(extract.as())).append("=$(").append(taken(step.id(), extract.select())).append(")\n");
            known.add(extract.as());
        }
    }

    private static boolean isPerStep(DerivedValue value) {
        return switch (value) {
            case DerivedValue.Timestamp time -> true;
            case DerivedValue.Counter counter -> false;
            case DerivedValue.Uuid uuid -> false;
            case DerivedValue.Nonce nonce -> false;
            case DerivedValue.Pkce pkce -> false;
            case DerivedValue.Hash hash -> true;
            case DerivedValue.Hmac hmac -> true;
            case DerivedValue.Composed composed -> true;
        };
    }

    private void derived(String name, String sample, DerivedValue value) {
        String made = switch (value) {
            case DerivedValue.Timestamp time -> switch (time.format()) {
                case "millis" -> "$(( $(date +%s) * 1000 ))";
                case "iso" -> "$(date -u +%Y-%m-%dT%H:%M:%SZ)";
                case "http" -> "$(date -u '+%a, %d %b %Y %H:%M:%S GMT')";
                default -> "$(date +%s)";
            };
            case DerivedValue.Uuid uuid -> "$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)";
            case DerivedValue.Nonce nonce -> "$(head -c " + Math.max(64, nonce.chars() * 8) + " /dev/urandom | od -An -tx1 | tr -d ' \\n' | cut -c1-" + nonce.chars() + ")";
            case DerivedValue.Counter counter -> Long.toString(counter.start());
            case DerivedValue.Pkce pkce -> pkce(pkce.verifier());
            case DerivedValue.Composed composed -> composed(composed);
            case DerivedValue.Hash hash -> recorded(name, sample, value);
            case DerivedValue.Hmac hmac -> recorded(name, sample, value);
        };
        script.append(variable(name)).append('=').append(made).append('\n');
    }

    private String recorded(String name, String sample, DerivedValue value) {
        script.append("# ").append(variable(name)).append(" has to be made anew: ").append(comment(TemplateJson.derived(value).toString())).append('\n');
        return quoted(sample);
    }

    /** The verifier is made here, where it is first needed. */
    private String pkce(String verifier) {
        if (known.add(verifier)) {
            script.append(variable(verifier)).append("=$(head -c 64 /dev/urandom | od -An -tx1 | tr -d ' \\n' | cut -c1-64)\n");
        }
        return "$(printf %s \"$" + variable(verifier) + "\" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')";
    }

    private String composed(DerivedValue.Composed composed) {
        String text = filled(composed.template());
        String coded = text;
        for (Coding coding : composed.codings()) {
            coded = "\"$(" + function(coding) + " " + coded + ")\"";
        }
        return coded;
    }

    private static String function(Coding coding) {
        return switch (coding) {
            case URL, FORM, COMPONENT, QUERY -> "url";
            case JSON -> "json";
            case BASE64 -> "b64";
            case BASE64URL -> "b64url";
            case HTML, LOWER, UPPER -> "printf %s";
        };
    }

    /** A template as one word of the shell. */
    private String filled(String text) {
        StringBuilder word = new StringBuilder();
        for (TemplateTokens.Piece piece : TemplateTokens.of(text)) {
            if (piece.isLiteral()) {
                word.append(quoted(piece.text()));
                continue;
            }
            String value = "\"$" + variable(piece.name()) + "\"";
            for (Coding coding : piece.codings()) {
                value = switch (coding) {
                    case UPPER -> "\"$(printf %s " + value + " | tr a-z A-Z)\"";
                    case LOWER -> "\"$(printf %s " + value + " | tr A-Z a-z)\"";
                    case URL, FORM, COMPONENT, QUERY, JSON, BASE64, BASE64URL, HTML -> "\"$(" + function(coding) + " " + value + ")\"";
                };
            }
            word.append(value);
        }
        return word.isEmpty() ? "''" : word.toString();
    }

    private static String taken(String step, String select) {
        String head = "\"$answers/" + step + ".head\"";
        String body = "\"$answers/" + step + ".body\"";
        int bar = select.indexOf(" | ");
        String source = bar < 0 ? select : select.substring(0, bar);
        String rest = bar < 0 ? "" : select.substring(bar + 3);
        int colon = source.indexOf(':');
        String argument = source.substring(colon + 1);
        String command = switch (source.substring(0, colon)) {
            case "json" -> "jq -r " + quoted(argument.equals("$") ? "." : argument.substring(1).replaceFirst("^\\[", ".[")) + " " + body;
            case "header" -> "sed -n " + quoted("s/^" + expression(argument) + ": *//Ip") + " " + head + " | tr -d '\\r' | head -n 1";
            case "cookie" -> "sed -n " + quoted("s/^set-cookie: *" + expression(argument) + "=\\([^;]*\\).*/\\1/Ip") + " " + head + " | tr -d '\\r' | tail -n 1";
            case "regex" -> "grep -oP " + quoted(argument) + " " + body + " | head -n 1";
            case "html" -> "grep -oP " + quoted(html(argument)) + " " + body + " | head -n 1";
            default -> "sed -n 's/^data: *//p' " + body + " | jq -r " + quoted(argument.substring(1) + " // empty") + " | head -n 1";
        };
        if (rest.startsWith("query:") || rest.startsWith("fragment:")) {
            String name = rest.substring(rest.indexOf(':') + 1);
            return command + " | sed -n " + quoted("s/.*[?&#]" + expression(name) + "=\\([^&#]*\\).*/\\1/p") + " | unurl";
        }
        return command + (rest.isEmpty() ? "" : " # then " + comment(rest) + "\n");
    }

    /** The value of a tag that has a name. */
    private static String html(String argument) {
        int equals = argument.indexOf('=');
        int close = argument.lastIndexOf(']');
        String name = equals < 0 || close < equals ? "" : argument.substring(equals + 1, close);
        return "name=\"" + expression(name) + "\"[^>]*(?:value|content)=\"\\K[^\"]*";
    }

    private static String expression(String text) {
        return text.replaceAll("[^A-Za-z0-9_-]", "\\\\$0");
    }

    private static String variable(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    }

    private static String comment(String text) {
        return text.replace("\n", " ").replace("\r", " ");
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
