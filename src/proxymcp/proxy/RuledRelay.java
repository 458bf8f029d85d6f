package proxymcp.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Recording;
import proxymcp.http.BodyFraming;
import proxymcp.http.BodyReader;
import proxymcp.http.ContentFields;
import proxymcp.http.Fields;
import proxymcp.http.ForwardHeads;
import proxymcp.http.HttpVersion;
import proxymcp.http.RequestHead;
import proxymcp.http.ResponseHead;
import proxymcp.http.WireWriter;
import proxymcp.rule.BodyEdits;
import proxymcp.rule.ResponseEdits;
import proxymcp.rule.RuleChoice;
import proxymcp.upstream.UpstreamCall;

/**
 * Passes an origin's response back as a rule wants it: changed, slowly, or cut. What the origin sent is recorded as it came.
 *
 * <p>Owner: the exchange's thread.
 */
final class RuledRelay {
    private final ProxyServices services;
    private final RuleChoice choice;
    private final ResponseEdits edits;
    private final RequestHead request;
    private final String sentMethod;
    private final UpstreamCall upstream;
    private final Recording recording;
    private final PacedResponse out;
    private final List<String> notes;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private BodyFraming came = new BodyFraming.None();
    private Optional<ResponseStream> stream = Optional.empty();
    private boolean keepAlive;
    private boolean changes;

    /**
     * @param request head as the client sent it
     * @param sentMethod method as the origin got it
     */
    RuledRelay(ProxyServices services, RuleChoice choice, RequestHead request, String sentMethod, UpstreamCall upstream,
            Recording recording, PacedResponse out, List<String> notes) {
        this.services = services;
        this.choice = choice;
        this.edits = choice.transforms().response();
        this.request = request;
        this.sentMethod = sentMethod;
        this.upstream = upstream;
        this.recording = recording;
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
        ResponseHead edited = edits.apply(response);
        changes = edited.status() != response.status() || !edited.fields().equals(response.fields()) || !request.method().equals(sentMethod);
        BodyTap tap = new BodyTap(recording::responseBody);
        boolean complete = false;
        boolean left = false;
        boolean hasBody = !(came instanceof BodyFraming.None);
        stream = hasBody ? ResponseStream.of(request, response, recording, services.clock()) : Optional.empty();
        body.flushBeforeWaiting(out.writer());
        try {
            if (hasBody && takesBody(edited.status()) && !edits.body().isNone() && !mustStay(response)) {
                passEdited(response, edited, body, tap);
            } else {
                BodyFraming goes = takesBody(edited.status()) ? hasBody ? came : new BodyFraming.ContentLength(0) : new BodyFraming.None();
                begin(edited, edited.fields(), goes);
                pass(body, tap, takesBody(edited.status()));
            }
            complete = true;
        } catch (ClientGoneException e) {
            left = true;
            throw e;
        } finally {
            body.flushBeforeWaiting(WireWriter.NOWHERE);
            if (hasBody) {
                recording.responseEnd(tap.end(complete, complete ? body.trailers() : Fields.EMPTY));
            }
            if (stream.isPresent()) {
                stream.get().end(complete, left || out.clientLeft());
            }
        }
        out.end(body.trailers());
        upstream.finish(came);
        return keepAlive;
    }

    /** Whether the client gets something else than the origin sent; known as soon as the head goes out. */
    boolean changes() {
        return changes;
    }

    /** Whether the client expects a body behind a head with this status. */
    private boolean takesBody(int status) {
        return !request.method().equals("HEAD") && status != 204 && status != 304;
    }

    private boolean mustStay(ResponseHead response) {
        Optional<String> why = ResponseEdits.whyBodyStays(response);
        why.ifPresent(reason -> notes.add("the response is " + reason + "; " + choice.named() + " left its body as it is"));
        return why.isPresent();
    }

    private void passEdited(ResponseHead response, ResponseHead edited, BodyReader body, BodyTap tap) throws IOException {
        boolean whole = hold(body, tap);
        if (!whole) {
            notes.add("the response body is longer than " + BodyEdits.DECODED_BYTES_MAX + " octets; " + choice.named() + " left it as it is");
        }
        Optional<BodyEdits.Content> changed = whole
                ? choice.responseBody(held.toByteArray(), response.fields(), edited.fields(), notes) : Optional.empty();
        changes |= changed.isPresent();
        if (changed.isPresent()) {
            byte[] octets = changed.get().octets();
            boolean chunked = came instanceof BodyFraming.Chunked;
            begin(edited, ContentFields.withoutDigests(changed.get().fields()), chunked ? came : new BodyFraming.ContentLength(octets.length));
            out.body(octets, 0, octets.length);
        } else {
            begin(edited, edited.fields(), came);
            out.body(held.toByteArray(), 0, held.size());
            pass(body, tap, true);
        }
    }

    private void begin(ResponseHead edited, Fields fields, BodyFraming goes) throws IOException {
        boolean http11 = request.version() == HttpVersion.HTTP_1_1;
        boolean chunked = goes instanceof BodyFraming.Chunked && http11;
        boolean untilClose = goes instanceof BodyFraming.UntilClose || goes instanceof BodyFraming.Chunked && !chunked;
        // A client of HTTP/1.0 knows that the connection stays open only if the response says so.
        keepAlive &= !untilClose && (http11 || fields.hasMember("Connection", "keep-alive"));
        Fields framed = switch (goes) {
            case BodyFraming.ContentLength(long bytes) -> came.equals(goes) ? fields : ContentFields.withLength(fields, bytes);
            case BodyFraming.None none -> withoutBody(edited.status(), fields);
            case BodyFraming.Chunked chunks -> fields;
            case BodyFraming.UntilClose close -> fields;
        };
        changes |= !framed.equals(fields);
        ResponseHead head = new ResponseHead(edited.version(), edited.status(), edited.reason(), framed, edited.notes(), edited.raw());
        out.head(ForwardHeads.toClient(head, goes, request.version(), !keepAlive), chunked);
    }

    /**
     * A 204 may not speak of a body; a 304 made of another answer had better not speak of chunks that do not come (RFC 9112 section 6.1); a HEAD
     * is not told the length of a body that a GET would get changed.
     */
    private Fields withoutBody(int status, Fields fields) {
        if (status == 204 || request.method().equals("HEAD") && !edits.body().isNone()) {
            return ContentFields.withoutFraming(fields);
        }
        return status == 304 && !(came instanceof BodyFraming.None) ? fields.without("Transfer-Encoding") : fields;
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
            stream.ifPresent(events -> events.pass(body.array(), body.offset(), body.length()));
            if (held.size() > BodyEdits.DECODED_BYTES_MAX) {
                return false;
            }
        }
        return true;
    }

    private void pass(BodyReader body, BodyTap tap, boolean toClient) throws IOException {
        while (next(body)) {
            try {
                if (toClient) {
                    out.body(body.array(), body.offset(), body.length());
                }
                if (stream.isPresent()) {
                    out.flush(); // An event does not wait until it is recorded.
                }
            } finally {
                tap.pass(body.array(), body.offset(), body.length());
                stream.ifPresent(events -> events.pass(body.array(), body.offset(), body.length()));
            }
        }
    }

    /** The origin has its time for each piece; what a throttle holds up does not count. */
    private boolean next(BodyReader body) throws IOException {
        ProxyLimits limits = services.limits();
        upstream.connection().deadline().arm(stream.isPresent() ? limits.tunnelIdleMillis() : limits.upstream().responseMillis());
        try {
            return body.next();
        } finally {
            upstream.connection().deadline().disarm();
        }
    }
}
