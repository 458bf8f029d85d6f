package proxymcp.exchange;

import java.util.List;
import java.util.OptionalLong;
import proxymcp.http.ResponseHead;

/** Hands every exchange to several sinks, in their order. */
public final class TeeSink implements ExchangeSink {
    private final List<ExchangeSink> sinks;

    /** @param sinks at least one */
    public TeeSink(List<ExchangeSink> sinks) {
        this.sinks = List.copyOf(sinks);
    }

    @Override
    public Recording open(ExchangeStart start) {
        Recording[] recordings = new Recording[sinks.size()];
        for (int i = 0; i < recordings.length; i++) {
            recordings[i] = sinks.get(i).open(start);
        }
        return recordings.length == 1 ? recordings[0] : new Tee(recordings);
    }

    private record Tee(Recording[] recordings) implements Recording {
        @Override
        public OptionalLong storedSeq() {
            for (Recording recording : recordings) {
                if (recording.storedSeq().isPresent()) {
                    return recording.storedSeq();
                }
            }
            return OptionalLong.empty();
        }

        @Override
        public void requestBody(byte[] bytes, int offset, int length) {
            for (Recording recording : recordings) {
                recording.requestBody(bytes, offset, length);
            }
        }

        @Override
        public void requestEnd(BodyEnd end) {
            for (Recording recording : recordings) {
                recording.requestEnd(end);
            }
        }

        @Override
        public void routed(Route route) {
            for (Recording recording : recordings) {
                recording.routed(route);
            }
        }

        @Override
        public void informational(ResponseHead head) {
            for (Recording recording : recordings) {
                recording.informational(head);
            }
        }

        @Override
        public void response(ResponseHead head) {
            for (Recording recording : recordings) {
                recording.response(head);
            }
        }

        @Override
        public void responseBody(byte[] bytes, int offset, int length) {
            for (Recording recording : recordings) {
                recording.responseBody(bytes, offset, length);
            }
        }

        @Override
        public void responseEnd(BodyEnd end) {
            for (Recording recording : recordings) {
                recording.responseEnd(end);
            }
        }

        @Override
        public void streamOpened(StreamOpen open) {
            for (Recording recording : recordings) {
                recording.streamOpened(open);
            }
        }

        @Override
        public void messagePart(Direction direction, byte[] bytes, int offset, int length) {
            for (Recording recording : recordings) {
                recording.messagePart(direction, bytes, offset, length);
            }
        }

        @Override
        public void message(StreamMessage message) {
            for (Recording recording : recordings) {
                recording.message(message);
            }
        }

        @Override
        public void streamClosed(StreamEnd end) {
            for (Recording recording : recordings) {
                recording.streamClosed(end);
            }
        }

        @Override
        public void end(ExchangeEnd end) {
            for (Recording recording : recordings) {
                recording.end(end);
            }
        }
    }
}
