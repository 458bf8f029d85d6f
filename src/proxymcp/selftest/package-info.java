/**
 * Whether this program works on this machine: a self-test on loopback, which needs no network and leaves nothing behind.
 *
 * <p>What lives here: {@link proxymcp.selftest.SelfTest}, which runs the steps; the application that they capture
 * ({@link proxymcp.selftest.ShopOrigin}) and its client ({@link proxymcp.selftest.ShopClient}), both independent of the proxy's own parsers; the steps
 * ({@link proxymcp.selftest.CaptureSteps}, {@link proxymcp.selftest.FlowSteps}, {@link proxymcp.selftest.KeepingSteps}), which use tools alone, as
 * an MCP client would; and {@link proxymcp.selftest.SelfTestTool}, which offers them as a tool.
 *
 * <p>What it does not know: how a server is wired (it is given a {@link proxymcp.selftest.ServerMaker}), and who watches.
 *
 * <p>Threads: steps run one after the other on the caller's. The origin has a virtual thread a connection.
 *
 * <p>Read {@link proxymcp.selftest.Plan} first.
 */
package proxymcp.selftest;
