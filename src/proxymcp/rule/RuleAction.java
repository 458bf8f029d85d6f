package proxymcp.rule;

import java.net.URI;
import proxymcp.http.Fields;

/** What a rule does with a request. */
public sealed interface RuleAction {
    /** Goes to its origin, changed on the way. */
    record Pass(Transforms transforms, Pace pace) implements RuleAction {
        /** Goes to its origin, changed on the way and at once. */
        public static Pass of(Transforms transforms) {
            return new Pass(transforms, Pace.FREE);
        }
    }

    /** Is answered by us; no origin is asked. The fields need no Content-Length. */
    record Mock(int status, Fields fields, MockBody body, Pace pace) implements RuleAction {
        /** @throws IllegalArgumentException if {@code status} is not in 200..599 */
        public Mock {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("expected a status in 200..599, got " + status);
            }
        }
    }

    /** Goes to another origin. */
    record Forward(URI base, Transforms transforms, Pace pace) implements RuleAction {
        /** @throws IllegalArgumentException if {@code base} is no http or https URL with a host and without query and fragment */
        public Forward {
            ForwardBase.check(base);
        }

        /** Where a request with this absolute URL goes: scheme, host and port of the base, its path before that of the request. */
        public String url(String requested) {
            return ForwardBase.url(base, requested);
        }
    }

    /** Is not answered at all. */
    record Drop(Mode mode, Pace pace) implements RuleAction {
        /** How the connection ends. */
        public enum Mode {
            /** By a TCP reset. */
            RESET,
            /** In order, without an answer. */
            CLOSE
        }
    }

    /** When and how far the answer reaches the client; of a dropped request only the delay counts. */
    Pace pace();
}
