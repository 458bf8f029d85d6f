package proxymcp.rule;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import proxymcp.exchange.Destination;
import proxymcp.exchange.RuleMatch;
import proxymcp.http.Fields;
import proxymcp.http.ProtocolException;
import proxymcp.http.RequestHead;
import proxymcp.text.TimeLimit;

/**
 * The rule that one exchange follows, and what it makes of the exchange's parts.
 *
 * @param rule the rule
 * @param rules the set it is from; it gives the time limits too
 * @param nth how many exchanges followed the rule, this one included; 0 for one that is not counted
 * @param engine has decided, and evaluates the edits
 */
public record RuleChoice(Rule rule, RuleSet rules, long nth, RuleEngine engine) {
    /** What the rule does. */
    public RuleAction action() {
        return rule.action();
    }

    /** What it changes; nothing for a rule that answers, or lets nothing pass. */
    public Transforms transforms() {
        return switch (action()) {
            case RuleAction.Pass pass -> pass.transforms();
            case RuleAction.Forward forward -> forward.transforms();
            case RuleAction.Mock mock -> Transforms.NONE;
            case RuleAction.Drop drop -> Transforms.NONE;
        };
    }

    /** The rule by name, for sentences. */
    public String named() {
        return "rule " + rule.id();
    }

    /** The rule, as the exchange names it. */
    public RuleMatch match() {
        return new RuleMatch(rule.id(), rule.version());
    }

    /**
     * Where the request goes: its URL edited, its origin replaced.
     *
     * @param head as it came
     * @param notes takes what a reader of the exchange should know
     * @return {@code requested} where that is no other place
     */
    public Destination destination(RequestHead head, Destination requested, List<String> notes) throws IOException {
        String asked = requested.endpoint().url(requested.target());
        String url = asked;
        Optional<UrlEdit> edit = transforms().request().url();
        if (edit.isPresent()) {
            url = edit(limit -> edit.get().apply(asked, limit), notes).value();
        }
        if (action() instanceof RuleAction.Forward forward) {
            url = forward.url(url);
        }
        if (url.equals(asked)) {
            return requested;
        }
        try {
            return Destination.ofUrl(head, url);
        } catch (ProtocolException e) {
            notes.add(named() + " made a URL that nothing can be sent to, and was not followed there: " + e.getMessage());
            return requested;
        }
    }

    /**
     * Edits a request body.
     *
     * @param described fields that describe the octets as they are
     * @param fields those that the request goes out with
     * @param notes takes what a reader of the exchange should know
     * @return empty if it stays as it is, which is so for one too long to be held
     */
    public Optional<BodyEdits.Content> requestBody(RequestOctets body, Fields described, Fields fields, List<String> notes) throws IOException {
        BodyEdits edits = transforms().request().body();
        if (edits.isNone() || !body.isPresent()) {
            return Optional.empty();
        }
        if (!body.hold(BodyEdits.DECODED_BYTES_MAX)) {
            notes.add("the request body is longer than " + BodyEdits.DECODED_BYTES_MAX + " octets; " + named() + " left it as it is");
            return Optional.empty();
        }
        Edited<BodyEdits.Content> edited = edit(limit -> edits.apply(body.held(), described, fields, limit), notes);
        return edited.changed() ? Optional.of(edited.value()) : Optional.empty();
    }

    /**
     * Edits a whole response body.
     *
     * @param received fields of the response as it came
     * @param sent those that it goes on with
     * @return empty if it stays as it is
     */
    public Optional<BodyEdits.Content> responseBody(byte[] octets, Fields received, Fields sent, List<String> notes) throws IOException {
        Edited<BodyEdits.Content> edited = edit(limit -> transforms().response().body().apply(octets, received, sent, limit), notes);
        return edited.changed() ? Optional.of(edited.value()) : Optional.empty();
    }

    /** Makes one of the rule's edits; notes and counts what went wrong with it. */
    private <T> Edited<T> edit(Function<TimeLimit, Edited<T>> edit, List<String> notes) throws RulesStoppedException {
        Edited<T> edited = engine.threads().edit(rules.limit(), edit);
        edited.note().ifPresent(note -> notes.add(named() + ": " + note));
        if (edited.timedOut()) {
            engine.book().timedOut(rule);
        }
        return edited;
    }
}
