package proxymcp.diff;

import java.util.Optional;

/**
 * One difference between two exchanges.
 *
 * @param location which field
 * @param at the very place, in A where both have one
 * @param kind how it differs
 * @param valueA the value in A, of a longer one the run around the first difference; empty if only B has it
 * @param valueB the value in B, likewise; empty if only A has it
 */
public record FieldChange(Location location, String at, ChangeKind kind, Optional<String> valueA, Optional<String> valueB) {}
