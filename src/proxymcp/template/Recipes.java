package proxymcp.template;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds what a digest in a request was made of, by trying: the parts in their usual order and in any order, with nothing, a line end, an ampersand or
 * a colon between them, plain or with a key. Bounded. Not for several threads.
 */
final class Recipes {
    private static final int TRIES_EACH_MAX = 150_000;
    /** For values that are not named as digests are: most are ids. */
    private static final int TRIES_UNNAMED_MAX = 8_000;
    private static final int TRIES_MAX = 1_000_000;
    private static final int ORDERED_MAX = 9;
    private static final List<String> SEPARATORS = List.of("", "\n", "&", ":");

    /** A part and what it is in the request at hand. */
    record PartValue(RecipePart part, String value) {}

    /**
     * A digest that was reproduced.
     *
     * @param key its key; empty for a plain digest
     */
    record Recipe(String algorithm, String encoding, Optional<PartValue> key, String separator, List<PartValue> parts) {}

    private record Target(byte[] digest, String encoding, String algorithm, String keyed) {}

    private int tries;
    private int triesHere;
    private int mostHere;

    /** Whether a text may be a digest, by its length and letters. */
    static boolean mayBeDigest(String text) {
        return target(text).isPresent();
    }

    private static Optional<Target> target(String text) {
        Optional<Target> hex = hex(text);
        if (hex.isPresent()) {
            return hex;
        }
        boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0 || !text.endsWith("=");
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        if (end < 22 || end > 86) {
            return Optional.empty();
        }
        try {
            byte[] digest = Base64.getUrlDecoder().decode(text.substring(0, end).replace('+', '-').replace('/', '_'));
            return of(digest, url ? "base64url" : "base64");
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Target> hex(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return Optional.empty();
            }
        }
        boolean upper = text.equals(text.toUpperCase(Locale.ROOT));
        return text.length() < 32 || text.length() > 128 || text.length() % 2 != 0 ? Optional.empty()
                : of(HexFormat.of().parseHex(text), upper ? "HEX" : "hex");
    }

    private static Optional<Target> of(byte[] digest, String encoding) {
        return switch (digest.length) {
            case 16 -> Optional.of(new Target(digest, encoding, "MD5", "HmacMD5"));
            case 20 -> Optional.of(new Target(digest, encoding, "SHA-1", "HmacSHA1"));
            case 32 -> Optional.of(new Target(digest, encoding, "SHA-256", "HmacSHA256"));
            case 64 -> Optional.of(new Target(digest, encoding, "SHA-512", "HmacSHA512"));
            default -> Optional.empty();
        };
    }

    /** The challenge of a PKCE verifier (RFC 7636 section 4.2). */
    static String challenge(String verifier) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest("SHA-256", verifier));
    }

    static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    /** A recipe that was found before, with the values of another request; empty if that gives another digest. */
    Optional<Recipe> again(String text, Recipe known, List<PartValue> parts, List<PartValue> keys) {
        Optional<Target> target = target(text);
        List<PartValue> own = new ArrayList<>();
        for (PartValue part : known.parts()) {
            for (PartValue candidate : parts) {
                if (candidate.part().equals(part.part())) {
                    own.add(candidate);
                    break;
                }
            }
        }
        if (target.isEmpty() || own.size() != known.parts().size()) {
            return Optional.empty();
        }
        List<Optional<PartValue>> tried = new ArrayList<>();
        if (known.key().isEmpty()) {
            tried.add(Optional.empty());
        } else {
            keys.forEach(key -> tried.add(Optional.of(key)));
        }
        for (Optional<PartValue> key : tried) {
            Tries run = new Tries(target.get(), key);
            if (run.fits(own, known.separator())) {
                return Optional.of(run.recipe(own, known.separator()));
            }
        }
        return Optional.empty();
    }

    /**
     * What a digest was made of.
     *
     * @param parts in their usual order, all different
     * @param keys what may be a key, likely ones first
     * @param named whether the field has the name of a digest: then more is tried
     */
    Optional<Recipe> find(String text, List<PartValue> parts, List<PartValue> keys, boolean named) {
        Optional<Target> target = target(text);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        triesHere = 0;
        mostHere = named ? TRIES_EACH_MAX : TRIES_UNNAMED_MAX;
        List<Optional<PartValue>> all = new ArrayList<>();
        all.add(Optional.empty());
        keys.forEach(key -> all.add(Optional.of(key)));
        int most = 2;
        for (int size = 1; size <= 5; size++) {
            for (Optional<PartValue> key : all) {
                Tries run = new Tries(target.get(), key);
                List<PartValue> usable = key.isEmpty() ? withSecrets(parts, keys) : parts;
                Optional<Recipe> found = run.ordered(usable, size);
                if (found.isEmpty() && size <= most + 1) {
                    found = run.permuted(usable, size);
                }
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** For plain digests a secret is a part like others. */
    private static List<PartValue> withSecrets(List<PartValue> parts, List<PartValue> keys) {
        List<PartValue> all = new ArrayList<>(parts);
        for (int i = 0; i < Math.min(4, keys.size()); i++) {
            if (!all.contains(keys.get(i))) {
                all.add(keys.get(i));
            }
        }
        return all;
    }

    /** Tries with one key, or none. */
    private final class Tries {
        private final Target target;
        private final Optional<PartValue> key;
        private final Optional<Mac> mac;

        Tries(Target target, Optional<PartValue> key) {
            this.target = target;
            this.key = key;
            this.mac = key.map(secret -> mac(target.keyed(), secret.value()));
        }

        private static Mac mac(String algorithm, String key) {
            try {
                Mac mac = Mac.getInstance(algorithm);
                mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
                return mac;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has " + algorithm, e);
            }
        }

        Recipe recipe(List<PartValue> parts, String separator) {
            return new Recipe(key.isPresent() ? target.keyed() : target.algorithm(), target.encoding(), key, separator, List.copyOf(parts));
        }

        boolean fits(List<PartValue> parts, String separator) {
            StringBuilder text = new StringBuilder();
            for (PartValue part : parts) {
                text.append(text.isEmpty() && part == parts.get(0) ? "" : separator).append(part.value());
            }
            byte[] digest = mac.isPresent() ? mac.get().doFinal(text.toString().getBytes(StandardCharsets.UTF_8))
                    : digest(target.algorithm(), text.toString());
            return Arrays.equals(digest, target.digest());
        }

        private Optional<Recipe> any(List<PartValue> parts) {
            for (String separator : parts.size() == 1 ? List.of("") : SEPARATORS) {
                if (tries++ >= TRIES_MAX || triesHere++ >= mostHere) {
                    return Optional.empty();
                }
                if (fits(parts, separator)) {
                    return Optional.of(recipe(parts, separator));
                }
            }
            return Optional.empty();
        }

        /** So many of the first parts, in order. */
        Optional<Recipe> ordered(List<PartValue> parts, int size) {
            int count = Math.min(ORDERED_MAX, parts.size());
            for (int chosen = 1; chosen < 1 << count; chosen++) {
                if (Integer.bitCount(chosen) != size) {
                    continue;
                }
                List<PartValue> some = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    if ((chosen & 1 << i) != 0) {
                        some.add(parts.get(i));
                    }
                }
                Optional<Recipe> found = any(some);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }

        /** So many of all parts, in any order. */
        Optional<Recipe> permuted(List<PartValue> parts, int size) {
            return permuted(parts, size, new ArrayList<>());
        }

        private Optional<Recipe> permuted(List<PartValue> parts, int size, List<PartValue> begun) {
            if (begun.size() == size) {
                return any(begun);
            }
            for (PartValue part : parts) {
                if (!begun.contains(part)) {
                    begun.add(part);
                    Optional<Recipe> found = permuted(parts, size, begun);
                    begun.remove(begun.size() - 1);
                    if (found.isPresent() || triesHere >= mostHere || tries >= TRIES_MAX) {
                        return found;
                    }
                }
            }
            return Optional.empty();
        }
    }
}
