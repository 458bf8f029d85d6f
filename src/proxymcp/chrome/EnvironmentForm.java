package proxymcp.chrome;

import java.util.Optional;

/** How variables are printed. */
public enum EnvironmentForm {
    /** {@code export NAME='value'}, for sh, bash and zsh. */
    BASH("bash"),
    /** {@code set -gx NAME 'value'}. */
    FISH("fish"),
    /** {@code $env:NAME = 'value'}. */
    POWERSHELL("powershell"),
    /** One object. */
    JSON("json");

    private final String id;

    EnvironmentForm(String id) {
        this.id = id;
    }

    /** How arguments name it. */
    public String id() {
        return id;
    }

    /** The form with an {@link #id}. */
    public static Optional<EnvironmentForm> of(String id) {
        for (EnvironmentForm form : values()) {
            if (form.id.equals(id)) {
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }
}
