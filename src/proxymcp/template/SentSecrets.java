package proxymcp.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import proxymcp.diff.ValueFormat;

/**
 * Values that a run sends as they were recorded though they look like credentials: no answer gives them, so that they are those of whoever was recorded,
 * and may have ended. Passwords, which somebody types, and files are none.
 */
public final class SentSecrets {
    private static final int CREDENTIAL_CHARS_MIN = 8;
    private static final int RANDOM_CHARS_MIN = 16;
    private static final Set<String> PARTS = Set.of("token", "secret", "sess", "csrf", "xsrf", "jwt", "credential", "apikey", "bearer", "authoriz", "signature", "ticket");
    private static final Set<String> WORDS = Set.of("key", "sid", "auth", "sig", "sign", "tok", "code", "captcha", "license", "hmac");

    private SentSecrets() {}

    /** Whether a run whose inputs are left as they are sends what by its name is a credential, or what an answer held where nothing finds it. */
    public static boolean isAny(FlowTemplate template) {
        for (TemplateInput input : template.inputs()) {
            if (isNamed(input) || isNoted(template, input, Classifier.HELD)) {
                return true;
            }
        }
        for (Unexplained value : template.unexplained()) {
            if (isSecret(value)) {
                return true;
            }
        }
        return false;
    }

    /** A sentence for each, which names the step; also for inputs that are random though their names say nothing. */
    static List<String> warnings(FlowTemplate template) {
        List<String> warnings = new ArrayList<>();
        for (TemplateInput input : template.inputs()) {
            if ((isNamed(input) || isRandom(input)) && !isNoted(template, input, "")) {
                warnings.add("input " + input.name() + " (" + input.usedIn().get(0) + "): its default is the recorded value, which looks like "
                        + (isNamed(input) ? "a credential" : "a drawn one") + " and comes from no answer; a run that is not given another sends it");
            }
        }
        for (Unexplained value : template.unexplained()) {
            if (isSecret(value)) {
                warnings.add(value.step() + " " + value.location() + ": looks like a credential (" + value.guess() + "); it is sent as recorded");
            }
        }
        return warnings;
    }

    private static boolean isNoted(FlowTemplate template, TemplateInput input, String what) {
        for (String warning : template.warnings()) {
            if (warning.startsWith("input " + input.name() + ": " + what)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(TemplateInput input) {
        return isGiven(input) && isName(input.name()) && isStrong(input.defaultValue());
    }

    private static boolean isRandom(TemplateInput input) {
        String value = secret(input.defaultValue());
        return isGiven(input) && value.length() >= RANDOM_CHARS_MIN && TextTokens.isValue(value) && ValueFormat.of(value) != ValueFormat.UUID
                && ValueFormat.of(value) != ValueFormat.INTEGER;
    }

    /** Whether it is no password and no file. */
    private static boolean isGiven(TemplateInput input) {
        return !input.format().equals("password") && !input.format().equals("byte");
    }

    private static boolean isSecret(Unexplained value) {
        return value.guess().startsWith(Classifier.OF_ANSWER) || isName(RequestUses.lastName(value.location())) && isStrong(value.sample());
    }

    private static boolean isStrong(String value) {
        String secret = secret(value);
        return secret.length() >= CREDENTIAL_CHARS_MIN && Strength.of(secret) >= Strength.STRONG;
    }

    /** Credentials without their scheme. */
    private static String secret(String value) {
        return value.substring(value.lastIndexOf(' ') + 1);
    }

    private static boolean isName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String part : PARTS) {
            if (lower.replaceAll("[^a-z]", "").contains(part)) {
                return true;
            }
        }
        for (String word : name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT).split("[^a-z]+")) {
            if (WORDS.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
