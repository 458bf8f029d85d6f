package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.Recording;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.Fields;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.upstream.UpstreamCall;

/**
 * Passes an origin's response back as a rule wants it: changed, late, slowly, or cut. What the origin sent is recorded as it came.
 *
 * <p>Owner: the exchange's thread.
 */
final class RuledRelay {
    /** Longest body that is held to be changed; a longer one passes as it is. */
    static final int EDIT_BYTES_MAX = 8 << 20;

    private final ProxyServices services;
    private final RequestHead request;
    private final String sentMethod;
    private final UpstreamCall upstream;
    private final Recording recording;
    private final RuleEffects effects;
    private final PacedResponse out;
    private final List<String> notes;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private BodyFraming came = new BodyFraming.None();
    private boolean keepAlive;

    /**
     * @param request head as the client sent it
     * @param sentMethod method as the origin got it
     */
    RuledRelay(ProxyServices services, RequestHead request, String sentMethod, UpstreamCall upstream, Recording recording, RuleEffects effects,
            PacedResponse out, List<String> notes) {
        this.services = services;
        this.request = request;
        this.sentMethod = sentMethod;
        this.upstream = upstream;
        this.recording = recording;
        this.effects = effects;
        this.out = out;
        this.notes = notes;
    }

    /**
     * Passes the response.
     *
     * @param mayKeepAlive whether the client's connection can go on, as far as the request decides that
     * @return whether it can
     */
    boolean relay(ResponseHead response, boolean mayKeepAlive) throws IOException {
        keepAlive = mayKeepAlive;
        came = BodyFraming.ofResponse(response, sentMethod);
        BodyReader body = upstream.responseBody();
        ResponseHead edited = effects.response(response);
        boolean clientReadsBody = hasBody(edited.status());
        BodyTap tap = new BodyTap(recording::responseBody);
        boolean complete = false;
        boolean recorded = !(came instanceof BodyFraming.None);
        try {
            boolean wholeHeld = recorded && clientReadsBody && effects.editsResponseBody() && hold(body, tap);
            Optional<RuleEffects.EditedBody> changed = wholeHeld ? effects.responseBody(edited.fields(), held.toByteArray(), notes) : Optional.empty();
            upstream.connection().deadline().disarm();
            out.delay(effects.delayMillis());
            if (changed.isPresent()) {
                begin(edited, response, changed.get().fields(), came instanceof BodyFraming.Chunked ? came
                        : new BodyFraming.ContentLength(changed.get().octets().length));
                out.body(changed.get().octets(), 0, changed.get().octets().length);
            } else {
                begin(edited, response, edited.fields(), clientReadsBody && !recorded ? new BodyFraming.ContentLength(0)
                        : clientReadsBody ? came : new BodyFraming.None());
                out.body(held.toByteArray(), 0, clientReadsBody ? held.size() : 0);
                pass(body, tap, clientReadsBody);
            }
            complete = true;
        } finally {
            if (recorded) {
                recording.responseEnd(tap.end(complete, complete ? body.trailers() : Fields.EMPTY));
            }
        }
        out.end(body.trailers());
        upstream.finish(came);
        return keepAlive;
    }

    private boolean hasBody(int status) {
        return !request.method().equals("HEAD") && status >= 200 && status != 204 && status != 304;
    }

    private void begin(ResponseHead edited, ResponseHead response, Fields fields, BodyFraming goes) throws IOException {
        boolean chunked = goes instanceof BodyFraming.Chunked && request.version() == HttpVersion.HTTP_1_1;
        keepAlive &= request.version() == HttpVersion.HTTP_1_1 || response.fields().hasMember("Connection", "keep-alive");
        keepAlive &= !(goes instanceof BodyFraming.UntilClose) && (chunked || !(goes instanceof BodyFraming.Chunked));
        Fields framed = switch (goes) {
            case BodyFraming.ContentLength(long bytes) -> came.equals(goes) ? fields : FramingFields.withLength(fields, bytes);
            case BodyFraming.None none -> edited.status() == 204 ? FramingFields.without(fields) : fields;
            case BodyFraming.Chunked chunks -> fields;
            case BodyFraming.UntilClose untilClose -> fields;
        };
        ResponseHead head = new ResponseHead(edited.version(), edited.status(), edited.reason(), framed, edited.notes(), edited.raw());
        out.head(ForwardHeads.toClient(head, goes, request.version(), !keepAlive), chunked);
    }

    /**
     * Reads a body that is to be changed.
     *
     * @return whether it is here whole; else it is too long, and what is held is its beginning
     */
    private boolean hold(BodyReader body, BodyTap tap) throws IOException {
        while (next(body)) {
            tap.pass(body.array(), body.offset(), body.length());
            held.write(body.array(), body.offset(), body.length());
            if (held.size() > EDIT_BYTES_MAX) {
                notes.add("the response body is longer than " + EDIT_BYTES_MAX + " octets; the rule left it as it is");
                return false;
            }
        }
        return true;
    }

    private void pass(BodyReader body, BodyTap tap, boolean toClient) throws IOException {
        while (next(body)) {
            tap.pass(body.array(), body.offset(), body.length());
            if (toClient) {
                out.body(body.array(), body.offset(), body.length());
                out.flush();
            }
        }
    }

    private boolean next(BodyReader body) throws IOException {
        upstream.connection().deadline().arm(services.limits().upstream().responseMillis());
        try {
            return body.next();
        } finally {
            upstream.connection().deadline().disarm();
        }
    }
}
