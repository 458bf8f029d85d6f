package proxymcp.selftest;

import java.io.Closeable;
import proxymcp.mcp.McpServer;

/**
 * A server for one self-test, which shares nothing with the one that was asked for it.
 *
 * @param mcp what is called
 * @param parts closes all that belongs to it; closing again does nothing
 */
public record OwnServer(McpServer mcp, Closeable parts) {}
