package proxymcp.replay;

import proxymcp.rule.RuleEngine;

/**
 * Rules that hold for the requests of a run.
 *
 * @param engine decides and edits
 * @param safety which requests a rule may make of safe ones
 */
public record RunRules(RuleEngine engine, Safety safety) {}
