package proxymcp.replay;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.json.JsonObject;

/** Which cookies the requests of one run carry. For many threads. */
public final class RunCookies {
    private final Mode mode;
    private final CookieJar jar;

    /** Where cookies come from. */
    public enum Mode {
        /** From the recording, as they are. */
        RECORDED,
        /**
         * From what the run's own responses set, before the recorded ones: a recorded cookie is replaced by the jar's of that name, left out where a
         * response ended it, and sent as recorded where the jar knows nothing of it; further ones of the jar follow at the end.
         */
        JAR,
        /** No cookies. */
        NONE
    }

    /** Cookies of a run that begins now. */
    public RunCookies(Mode mode, Clock clock) {
        this.mode = mode;
        this.jar = new CookieJar(clock);
    }

    /** Where they come from. */
    public Mode mode() {
        return mode;
    }

    /**
     * The fields of a request with its cookies; the same object where nothing changes.
     *
     * @param target path and query
     */
    public Fields sent(Endpoint endpoint, String target, Fields recorded) {
        return switch (mode) {
            case RECORDED -> recorded;
            case JAR -> {
                Fields merged = new CookieLines(recorded).merge(jar.fitting(endpoint, target)).fields();
                yield merged.equals(recorded) ? recorded : merged;
            }
            case NONE -> recorded.contains("Cookie") ? recorded.without("Cookie") : recorded;
        };
    }

    /**
     * Keeps what a response sets; nothing unless the mode is {@link Mode#JAR}.
     *
     * @param target path and query of the request that it answers
     * @return the cookies that changed, for {@link #recall}
     */
    public List<JsonObject> received(Endpoint endpoint, String target, Fields response) {
        return mode == Mode.JAR ? jar.receive(endpoint, target, response) : List.of();
    }

    /** Keeps a cookie that an earlier process of the run received. */
    void recall(JsonObject cookie) {
        jar.recall(cookie);
    }

    /** The fields of a request that follows a redirect: cookies of the jar that do not fit the new URL go, those that do come. */
    Fields moved(Endpoint from, String fromTarget, Endpoint to, String toTarget, Fields fields) {
        if (mode != Mode.JAR) {
            return fields;
        }
        Set<String> before = new HashSet<>(jar.fitting(from, fromTarget).names());
        CookieJar.Fitting now = jar.fitting(to, toTarget);
        before.removeAll(now.names());
        return new CookieLines(fields).removeIf(before::contains).merge(now).fields();
    }
}
