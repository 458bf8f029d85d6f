package proxymcp.mcp;

/** Where a call came from: tools that start processes or name files answer {@code forbidden} to the least trusted. */
public enum CallOrigin {
    /** The process that started this one, over stdin; or this process itself. */
    STDIO,
    /** HTTP, with the bearer token that this server asks for. */
    HTTP_WITH_TOKEN,
    /** HTTP, to a server that asks for no token: any program on this machine. */
    HTTP_WITHOUT_TOKEN
}
