package proxymcp.proxy;

import proxymcp.exchange.BodyTap;
import proxymcp.exchange.Direction;
import proxymcp.exchange.Recording;
import proxymcp.http.Fields;

/** Records one direction of a tunnel as a body of its exchange. */
final class BodyPassing implements PassingTap {
    private final Recording recording;
    private final Direction direction;
    private final BodyTap tap;

    BodyPassing(Recording recording, Direction direction) {
        this.recording = recording;
        this.direction = direction;
        this.tap = new BodyTap(direction == Direction.OUT ? recording::requestBody : recording::responseBody);
    }

    @Override
    public void pass(byte[] bytes, int offset, int length) {
        tap.pass(bytes, offset, length);
    }

    @Override
    public void end(boolean complete) {
        switch (direction) {
            case OUT -> recording.requestEnd(tap.end(complete, Fields.EMPTY));
            case IN -> recording.responseEnd(tap.end(complete, Fields.EMPTY));
        }
    }
}
