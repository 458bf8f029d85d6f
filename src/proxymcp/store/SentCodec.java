package proxymcp.store;

import java.util.HexFormat;
import java.util.Optional;
import proxymcp.exchange.SentMessage;
import proxymcp.exchange.SentMessages;

/** The last member of an END record: messages as they went out where a rule changed them. FORMAT.md describes it. */
final class SentCodec {
    private SentCodec() {}

    static void write(PayloadWriter out, SentMessages sent) {
        out.array(2);
        write(out, sent.request());
        write(out, sent.response());
    }

    static SentMessages read(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        in.array();
        return new SentMessages(message(in), message(in));
    }

    private static void write(PayloadWriter out, Optional<SentMessage> message) {
        if (message.isEmpty()) {
            out.nil();
            return;
        }
        SentMessage sent = message.get();
        out.array(6).text(sent.url()).binary(sent.head()).integer(sent.bodyBytes())
                .binary(HexFormat.of().parseHex(sent.bodySha256().orElse(""))).binary(sent.body()).bool(sent.complete());
    }

    private static Optional<SentMessage> message(PayloadReader in) throws PayloadReader.MalformedPayloadException {
        if (in.skipNil()) {
            return Optional.empty();
        }
        in.array();
        String url = in.text();
        byte[] head = in.binary();
        long bytes = in.integer();
        byte[] sha256 = in.binary();
        return Optional.of(new SentMessage(url, head, bytes, sha256.length == 0 ? Optional.empty() : Optional.of(ExchangeCodec.hex(sha256)),
                in.binary(), in.bool()));
    }
}
