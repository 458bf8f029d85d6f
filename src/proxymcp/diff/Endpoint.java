package proxymcp.diff;

/**
 * What requests of one kind have in common.
 *
 * @param method as sent
 * @param host lower-case host, with the port when it is not the scheme's default
 * @param template path whose variable segments are names in braces: {@code /v1/users/{id}}
 * @param operation GraphQL operation, JSON-RPC or SOAP method; empty if there is none
 */
public record Endpoint(String method, String host, String template, String operation) {
    /** {@code GET api.example.com/v1/users/{id}}, and {@code #operation} behind a space where there is one. */
    @Override
    public String toString() {
        return method + " " + host + template + (operation.isEmpty() ? "" : " #" + operation);
    }
}
