/**
 * The recipe in a session: which requests lead to a result, which of their values come from earlier answers, and which the client makes.
 *
 * <p>Lives here: the template and its JSON ({@link proxymcp.template.FlowTemplate}, {@link proxymcp.template.TemplateJson}), the search for it
 * ({@link proxymcp.template.TemplateMaker}), where a value stands in a response ({@link proxymcp.template.Selector}), the templates of a session
 * ({@link proxymcp.template.Templates}) and what they are exported as ({@link proxymcp.template.TemplateFormat}). A template is run by the engine of
 * {@code replay}: {@link proxymcp.template.RunnableFlow} is one that was checked, {@link proxymcp.template.FlowPlan} its steps as items,
 * {@link proxymcp.template.TemplateChanges} makes their requests and looks at their answers.
 *
 * <p>Does not know: tools, pools, servers. What requests and responses hold comes from {@code diff}, which exchanges are meant from {@code replay}.
 *
 * <p>Threads: no state is shared; the same exchanges always give the same template. It is CPU-bound work and belongs on the bounded pool. Read
 * {@link proxymcp.template.FlowTemplate} first, then {@code TemplateMaker} and {@code ValueIndex}.
 */
package proxymcp.template;
