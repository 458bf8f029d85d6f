package proxymcp.rule;

import java.util.Optional;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;

/**
 * What is changed of a request.
 *
 * @param headers its fields
 * @param method its method
 * @param url its absolute URL; a changed one may lead to another origin
 * @param body its body
 */
public record RequestEdits(HeadEdits headers, Optional<String> method, Optional<UrlEdit> url, BodyEdits body) {
    /** Nothing. */
    public static final RequestEdits NONE = new RequestEdits(HeadEdits.NONE, Optional.empty(), Optional.empty(), BodyEdits.NONE);

    /** @throws IllegalArgumentException if the method is no token */
    public RequestEdits {
        method.ifPresent(token -> RequestHead.of(token, "/", Fields.EMPTY));
    }

    /** Whether nothing is changed. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** The head with its method and fields changed; its target is left to {@link UrlEdit#apply}. */
    public RequestHead apply(RequestHead head) {
        return new RequestHead(method.orElse(head.method()), head.target(), head.version(), headers.apply(head.fields()), head.notes(), head.raw());
    }
}
