package proxymcp.codec;

import java.util.Optional;

/**
 * What came of decoding the first bytes of a body.
 *
 * @param bytes the decoded bytes, as many as could be had; empty for {@link Unsupported}
 * @param status whether that is all of it, and if not, why
 */
public record Preview(byte[] bytes, Status status) {

    /** How far decoding came. */
    public sealed interface Status {}

    /** Everything was decoded. */
    public record Decoded() implements Status {}

    /** A true prefix: the input ended early, or the limit was reached. {@code reason} says which. */
    public record Partial(String reason) implements Status {}

    /** The data contradicts {@code coding}; the bytes are what came out before that. */
    public record Failed(String reason, String coding) implements Status {}

    /** There is no decoder for {@code coding}; {@code reason} says whether in general or on this machine. */
    public record Unsupported(String reason, String coding) implements Status {}

    /** Why the bytes are not all there is, in words; empty if they are. */
    public Optional<String> obstacle() {
        return switch (status) {
            case Decoded all -> Optional.empty();
            case Partial partial -> Optional.of(partial.reason());
            case Failed failed -> Optional.of(failed.coding() + ": " + failed.reason());
            case Unsupported unsupported -> Optional.of(unsupported.coding() + ": " + unsupported.reason());
        };
    }
}
