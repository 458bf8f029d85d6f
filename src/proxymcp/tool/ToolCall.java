package proxymcp.tool;

import proxymcp.json.Args;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.proxy.ProxyStartException;
import proxymcp.tls.CaException;

/** The one place where what a feature throws becomes what a caller reads. */
record ToolCall(Tool.Handler work) implements Tool.Handler {
    @Override
    public ToolOutcome call(Args args, CallContext context) throws Exception {
        try {
            return work.call(args, context);
        } catch (ToolFailure failure) {
            return failure.outcome();
        } catch (CaException unusable) {
            return ToolOutcome.failure("ca_unusable", "The certificate authority cannot be used: " + unusable.getMessage());
        } catch (ProxyStartException refused) {
            return ToolOutcome.failure(refused.code(), refused.getMessage());
        }
    }
}
