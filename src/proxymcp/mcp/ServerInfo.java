package proxymcp.mcp;

/**
 * Who the server is.
 *
 * @param name short and stable, for programs
 * @param title for people
 * @param version of the software
 * @param instructions what an agent should know before it uses the tools
 */
public record ServerInfo(String name, String title, String version, String instructions) {
}
