package proxymcp.diff;

/**
 * What endpoints are learned from.
 *
 * @param method as sent
 * @param host lower-case host, with the port when it is not the scheme's default
 * @param path as sent, without the query
 * @param operation GraphQL operation, JSON-RPC or SOAP method; empty if there is none
 */
public record RequestShape(String method, String host, String path, String operation) {}
