package proxymcp.exchange;

/**
 * A rule that touched an exchange.
 *
 * @param id rule id
 * @param version rises with each change of the rule, from 1
 */
public record RuleMatch(String id, int version) {}
