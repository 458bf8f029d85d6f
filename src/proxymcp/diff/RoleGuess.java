package proxymcp.diff;

/**
 * What a field is probably for.
 *
 * @param role the guess
 * @param evidence why, a clause
 */
public record RoleGuess(Role role, String evidence) {}
