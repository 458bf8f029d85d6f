package proxymcp.replay;

/** Why recordings cannot be sent again as they were; the sentences are the same whether the index shows it or the log. */
final class Unsendable {
    static final Skip TUNNEL = new Skip(Skip.Reason.TUNNEL, "a tunnel: what passed was not read, so there is no request to send");
    static final Skip UPGRADE = new Skip(Skip.Reason.UPGRADE, "its connection was upgraded to another protocol, which is not sent again");
    static final Skip INCOMPLETE_REQUEST = new Skip(Skip.Reason.INCOMPLETE_REQUEST, "the request had not ended when it was recorded");
    static final Skip BODY_NOT_CAPTURED = new Skip(Skip.Reason.BODY_NOT_CAPTURED,
            "the request body was not kept whole; sessions with captureProfile full keep bodies");

    private Unsendable() {}

    static Skip notHttp(String scheme) {
        return new Skip(Skip.Reason.NOT_HTTP, "the URL has the scheme \"" + scheme + "\"; only http and https are sent");
    }

    static Skip notSendable(String why) {
        return new Skip(Skip.Reason.NOT_SENDABLE, "it cannot be sent as an HTTP/1 request: " + why);
    }

    static Skip damaged(String why) {
        return new Skip(Skip.Reason.DAMAGED, "its recording cannot be read: " + why);
    }
}
