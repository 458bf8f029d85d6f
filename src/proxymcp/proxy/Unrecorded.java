package proxymcp.proxy;

import proxymcp.exchange.BodyEnd;
import proxymcp.exchange.ExchangeEnd;
import proxymcp.exchange.Recording;
import proxymcp.exchange.Route;
import proxymcp.http.ResponseHead;

/** Takes what happens to a request that was refused before it had a destination: there is nothing to record it under. */
enum Unrecorded implements Recording {
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
