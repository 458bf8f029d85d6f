package proxymcp.tool;

import java.util.ArrayList;
import java.util.List;
import proxymcp.exchange.Exchange;
import proxymcp.exchange.SentMessage;
import proxymcp.json.Json;
import proxymcp.json.JsonObject;
import proxymcp.json.ResultSchema;
import proxymcp.mcp.CallContext;

/**
 * One exchange in full, and its bodies, as a result: of the live buffer or of a session.
 *
 * @param exchange what is shown
 * @param requestBody request body
 * @param responseBody response body
 * @param unpreviewed bodies without a preview in the exchange
 */
record ExchangeResult(Exchange exchange, BodySource requestBody, BodySource responseBody, BodyArgs.Which unpreviewed) {
    static final ResultSchema SCHEMA = ResultSchema.of(ResultSchema.object("exchange"), ResultSchema.flag("complete"),
            ResultSchema.text("reason").optional(), ResultSchema.object("requestBody").optional(),
            ResultSchema.object("responseBody").optional(), ResultSchema.object("sentRequestBody").optional(),
            ResultSchema.object("sentResponseBody").optional());

    /** Characters kept free for the members around exchange and bodies. */
    private static final int ENVELOPE_CHARS = 200;

    private record NamedBlock(String name, BodyBlock block) {}

    /**
     * The members of the result, in at most {@code charsMax} characters. Reads and decodes bodies, so it is work for the pool.
     *
     * @param before members that come first
     * @throws ToolFailure if an output file cannot be written
     */
    JsonObject render(BodyArgs body, JsonObject before, int charsMax, FileAccess files, CallContext context) throws ToolFailure {
        List<NamedBlock> blocks = blocks(body);
        int charsLeft = charsMax - ENVELOPE_CHARS - Json.text(before).length();
        JsonObject shown = Shortened.within(ExchangeView.full(exchange, unpreviewed), blocks.isEmpty() ? charsLeft : charsLeft / 3);
        charsLeft -= Json.text(shown).length();
        JsonObject.Builder result = JsonObject.builder().putAll(before).put("exchange", shown).put("complete", !Shortened.isShorter(shown));
        if (Shortened.isShorter(shown)) {
            result.put("reason", "exchange is shortened to fit; raise max_chars" + (blocks.isEmpty() ? "" : " or leave body out"));
        }
        for (int i = 0; i < blocks.size(); i++) {
            BodyBlock block = blocks.get(i).block();
            JsonObject rendered = body.outputFile().isPresent() ? block.write(files, context) : block.render(charsLeft / (blocks.size() - i));
            result.put(blocks.get(i).name(), rendered);
            charsLeft -= Json.text(rendered).length();
        }
        return result.build();
    }

    private List<NamedBlock> blocks(BodyArgs body) {
        List<NamedBlock> blocks = new ArrayList<>();
        if (body.which().hasRequest()) {
            blocks.add(new NamedBlock("requestBody", new BodyBlock(body, requestBody, exchange.requestContentFields())));
        }
        if (body.which().hasResponse()) {
            blocks.add(new NamedBlock("responseBody", new BodyBlock(body, responseBody, exchange.responseContentFields())));
        }
        if (body.outputFile().isPresent()) {
            return blocks; // A file takes one body: the one that was received.
        }
        if (body.which().hasRequest()) {
            exchange.sent().request().ifPresent(sent -> blocks.add(sent("sentRequestBody", body, sent)));
        }
        if (body.which().hasResponse()) {
            exchange.sent().response().ifPresent(sent -> blocks.add(sent("sentResponseBody", body, sent)));
        }
        return blocks;
    }

    private static NamedBlock sent(String name, BodyArgs body, SentMessage sent) {
        return new NamedBlock(name, new BodyBlock(body, SentView.source(sent), SentView.fields(sent)));
    }
}
