package proxymcp.chrome;

import java.util.Map;

/**
 * The variables that point a program at the proxy and have it trust what the proxy shows, whatever it is written in.
 *
 * @param variables names to values, in the order they are shown
 */
public record ProxyEnvironment(Map<String, String> variables) {
    /** Statements that set the variables, one a line, or a JSON object. */
    public String shown(EnvironmentForm form) {
        throw new UnsupportedOperationException(form.id());
    }
}
