package proxymcp.exchange;

import proxymcp.http.ResponseHead;

/** Keeps nothing of an exchange: one that has no destination to be recorded under, or that was dropped whole and counted. */
public enum Unrecorded implements Recording {
    /** Keeps nothing. */
    INSTANCE;

    @Override
    public void requestBody(byte[] bytes, int offset, int length) {}

    @Override
    public void requestEnd(BodyEnd end) {}

    @Override
    public void routed(Route route) {}

    @Override
    public void informational(ResponseHead head) {}

    @Override
    public void response(ResponseHead head) {}

    @Override
    public void responseBody(byte[] bytes, int offset, int length) {}

    @Override
    public void responseEnd(BodyEnd end) {}

    @Override
    public void end(ExchangeEnd end) {}
}
