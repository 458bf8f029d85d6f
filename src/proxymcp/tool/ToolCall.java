package proxymcp.tool;

import java.util.Map;
import java.util.Optional;
import proxymcp.chrome.TargetException;
import proxymcp.json.Args;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.proxy.ProxyStartException;
import proxymcp.rule.RuleException;
import proxymcp.store.CorruptSegmentException;
import proxymcp.store.SessionException;
import proxymcp.tls.CaException;

/**
 * The one place where what a feature throws becomes what a caller reads.
 *
 * @param work the feature
 * @param refused what arguments outside of the schema are answered with, by their name: more than "unknown argument"
 */
record ToolCall(Tool.Handler work, Map<String, ToolOutcome> refused) implements Tool.Handler {
    ToolCall(Tool.Handler work) {
        this(work, Map.of());
    }

    @Override
    public Optional<ToolOutcome> refusal(JsonObject arguments) {
        for (JsonObject.Member argument : arguments.members()) {
            if (refused.containsKey(argument.name())) {
                return Optional.of(refused.get(argument.name()));
            }
        }
        return Optional.empty();
    }

    @Override
    public ToolOutcome call(Args args, CallContext context) throws Exception {
        try {
            return work.call(args, context);
        } catch (ToolFailure failure) {
            return failure.outcome();
        } catch (CaException unusable) {
            return ToolOutcome.failure("ca_unusable", "The certificate authority cannot be used: " + unusable.getMessage());
        } catch (RuleException refused) {
            return RuleTools.failure(refused).outcome();
        } catch (TargetException refused) {
            return new ToolFailure(refused.code(), refused.getMessage(), refused.hint()).outcome();
        } catch (SessionException refused) {
            return ToolOutcome.failure(refused.code(), refused.getMessage());
        } catch (CorruptSegmentException damaged) {
            return ToolOutcome.failure("damaged", "Damaged on disk: " + damaged.getMessage(), "proxy_session_recover lists the damage");
        } catch (ProxyStartException refused) {
            return ToolOutcome.failure(refused.code(), refused.getMessage());
        }
    }
}
