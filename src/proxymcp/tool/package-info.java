/**
 * The tools and resources that an MCP client sees: arguments in, a feature called, a result out.
 *
 * <p>What lives here: one class a family ({@link proxymcp.tool.LifecycleTools}, {@link proxymcp.tool.CertificateTool}, {@link
 * proxymcp.tool.TrafficTools}, {@link proxymcp.tool.ExchangeTool}, {@link proxymcp.tool.SessionTools}, {@link
 * proxymcp.tool.SessionQueryTool}, {@link proxymcp.tool.SessionExchangeTool}, {@link proxymcp.tool.StreamTools}, {@link
 * proxymcp.tool.CoreResources}, {@link proxymcp.tool.SessionResources}); the one renderer of exchanges ({@link proxymcp.tool.ExchangeView})
 * and the one of bodies ({@link proxymcp.tool.BodyBlock}); which proxy runs ({@link proxymcp.tool.ProxyControl}) and which session records
 * ({@link proxymcp.tool.SessionControl}); and which files a call may touch ({@link proxymcp.tool.FileAccess}).
 *
 * <p>What it does not know: how calls arrive, the command line, bytes on a wire.
 *
 * <p>Threads: none of its own. A call runs on the virtual thread it came on; what keeps a core busy (searching and decoding bodies)
 * runs on the work pool.
 *
 * <p>Read {@link proxymcp.tool.Toolbox} first.
 */
package proxymcp.tool;
