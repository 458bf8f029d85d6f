/**
 * Rules: which requests are changed, answered, sent elsewhere or dropped, and how.
 *
 * <p>Lives here: the model ({@link proxymcp.rule.Rule} and what it consists of), its JSON, deciding which rule an exchange follows, applying
 * transforms to heads, URLs and bodies, and {@link proxymcp.rule.RuleBook}, which holds the rules of a process.
 *
 * <p>Does not know: sockets, the proxy, tools.
 *
 * <p>Threads: everything but {@link proxymcp.rule.RuleBook} is immutable; the book may be used by any thread. An exchange takes one
 * {@link proxymcp.rule.RuleSet} and follows it to its end, whatever changes meanwhile.
 *
 * <p>Read {@link proxymcp.rule.RuleSet} first.
 */
package proxymcp.rule;
