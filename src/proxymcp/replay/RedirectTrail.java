package proxymcp.replay;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import proxymcp.exchange.Endpoint;
import proxymcp.http.Fields;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.json.Check;
import proxymcp.json.JsonString;
import proxymcp.rule.HeadEdits;

/**
 * The redirects that follow one request (RFC 9110 section 15.4): which request comes next, if any. To another origin neither Authorization nor
 * recorded cookies go along. Not for several threads.
 */
final class RedirectTrail {
    /** As browsers had it for long; more is a loop in disguise. */
    static final int REDIRECTS_MAX = 10;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final List<String> SECRETS = List.of("Authorization", "Proxy-Authorization", "Cookie");
    private static final Set<String> OF_CONTENT = Set.of("content-length", "transfer-encoding", "content-type", "content-encoding", "content-language",
            "content-location", "content-md5", "digest", "content-digest", "repr-digest", "trailer", "expect");

    private final RunCookies cookies;
    private final Set<String> seen = new HashSet<>();
    private int followed;

    /** The redirects that follow {@code first}, which is sent with the cookies it has. */
    RedirectTrail(OutgoingRequest first, RunCookies cookies) {
        this.cookies = cookies;
        seen.add(key(first));
    }

    /** What comes after {@code response} to {@code sent}; its cookies have been kept before. */
    ItemChanges.Next after(OutgoingRequest sent, ResponseHead response) {
        Optional<String> location = response.fields().first("Location");
        if (!REDIRECTS.contains(response.status())) {
            return new ItemChanges.Next.Nothing();
        }
        if (location.isEmpty()) {
            return new ItemChanges.Next.Refused("the redirect has no Location");
        }
        Optional<RedirectTarget> to = RedirectTarget.of(sent.endpoint(), sent.head().target(), location.get());
        if (to.isEmpty()) {
            return new ItemChanges.Next.Refused("the redirect leads to no http or https URL without a user name: " + Check.quoted(new JsonString(location.get())));
        }
        if (followed == REDIRECTS_MAX) {
            return new ItemChanges.Next.Refused("more than " + REDIRECTS_MAX + " redirects; the next one leads to " + to.get().endpoint().url(to.get().target()));
        }
        OutgoingRequest next = next(sent, response.status(), to.get());
        if (!seen.add(key(next))) {
            return new ItemChanges.Next.Refused("the redirects lead in a circle, back to " + next.url());
        }
        followed++;
        return new ItemChanges.Next.Follow(next);
    }

    private OutgoingRequest next(OutgoingRequest sent, int status, RedirectTarget to) {
        RequestHead head = sent.head();
        boolean toGet = status == 303 ? !head.method().equals("GET") && !head.method().equals("HEAD")
                : (status == 301 || status == 302) && head.method().equals("POST");
        boolean sameOrigin = to.endpoint().equals(sent.endpoint());
        Fields fields = head.fields();
        if (!sameOrigin) {
            for (String secret : SECRETS) {
                fields = fields.without(secret);
            }
            fields = new HeadEdits(List.of(new HeadEdits.Edit.Set("Host", to.endpoint().authority()))).apply(fields);
        }
        if (toGet) {
            fields = withoutContent(fields);
        }
        fields = cookies.moved(sent.endpoint(), head.target(), to.endpoint(), to.target(), fields);
        RequestHead nextHead = new RequestHead(toGet ? "GET" : head.method(), to.target(), head.version(), fields, head.notes(), new byte[0]);
        return new OutgoingRequest(to.endpoint(), nextHead, toGet ? new ReplayBody.None() : sent.body(), toGet ? Fields.EMPTY : sent.trailers());
    }

    private static Fields withoutContent(Fields fields) {
        Fields.Builder others = new Fields.Builder();
        for (int i = 0; i < fields.size(); i++) {
            if (!OF_CONTENT.contains(fields.name(i).toLowerCase(Locale.ROOT))) {
                others.addLine(fields, i);
            }
        }
        return others.build();
    }

    /** The cookies belong to it: a site may set one and lead back to the same URL, which is no circle. */
    private static String key(OutgoingRequest request) {
        Endpoint endpoint = request.endpoint();
        return request.head().method() + " " + endpoint.url(request.head().target()) + " " + request.head().fields().all("Cookie");
    }
}
