package proxymcp.template;

import java.util.Optional;
import java.util.OptionalLong;
import proxymcp.replay.Selection;
import proxymcp.store.Session;

/**
 * What a template is made of.
 *
 * @param selection which exchanges are looked at
 * @param goalSeq the exchange that the flow is for: only what leads to it is kept
 * @param other another recording of the same flow, all of it
 * @param name for people
 * @param includeStatic whether images, scripts and style sheets are steps
 */
public record TemplateRequest(Selection selection, OptionalLong goalSeq, Optional<Session> other, Optional<String> name, boolean includeStatic) {
    /** All that the selection finds. */
    public static TemplateRequest of(Selection selection) {
        return new TemplateRequest(selection, OptionalLong.empty(), Optional.empty(), Optional.empty(), false);
    }
}
