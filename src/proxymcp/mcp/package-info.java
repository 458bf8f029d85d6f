/**
 * The Model Context Protocol: five revisions, two transports, and the shapes of what a server offers.
 *
 * <p>What lives here: tools, resources and templates as values ({@link proxymcp.mcp.Tool},
 * {@link proxymcp.mcp.Resource}, {@link proxymcp.mcp.ResourceTemplate}); the server that answers requests about them
 * ({@link proxymcp.mcp.McpServer}); what a running call can ask and tell ({@link proxymcp.mcp.CallContext}); the pool
 * for work that keeps a core busy ({@link proxymcp.mcp.WorkPool}); and the two ways in,
 * {@link proxymcp.mcp.StdioTransport} and {@link proxymcp.mcp.HttpTransport}.
 *
 * <p>Two eras are served side by side, decided for each message: the one with an {@code initialize} handshake
 * (2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25) and the stateless one (2026-07-28), whose requests name their
 * revision in {@code _meta}. Neither {@code listChanged} nor {@code subscribe} is offered: over sessionless HTTP
 * nothing could be pushed, and clients re-read what is cheap to read.
 *
 * <p>What it does not know: any tool or resource by name, the proxy, the store.
 *
 * <p>Threads: the caller's thread reads stdin and answers what needs no work; every other request has a virtual
 * thread of its own; jobs that keep a core busy run on the few platform threads of the work pool, because virtual
 * threads are not time-sliced and two busy ones would stop all others on two cores.
 *
 * <p>Read {@link proxymcp.mcp.McpServer} first.
 */
package proxymcp.mcp;
