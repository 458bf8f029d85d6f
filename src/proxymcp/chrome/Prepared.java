package proxymcp.chrome;

/**
 * A port of the proxy for programs that somebody else starts.
 *
 * @param target what their exchanges belong to
 * @param environment what to set for them
 */
public record Prepared(ActiveTarget target, ProxyEnvironment environment) {}
