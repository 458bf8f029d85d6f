/**
 * JSON in and out, and the edge where a tool's arguments become typed values.
 *
 * <p>What lives here: the value types ({@link proxymcp.json.JsonValue} and its six cases), reading and writing text
 * ({@link proxymcp.json.Json}), reading text that is too long to hold ({@link proxymcp.json.JsonPull}), the declaration of a tool's parameters and results
 * ({@link proxymcp.json.Schema}, {@link proxymcp.json.Property}, {@link proxymcp.json.ResultSchema}), the typed view
 * of checked arguments ({@link proxymcp.json.Args}) and lists that stop before a result grows too long
 * ({@link proxymcp.json.ListBudget}). Numbers keep the text they were written with and objects keep their order and
 * their duplicate names.
 *
 * <p>What it does not know: JSON-RPC, MCP, HTTP, files.
 *
 * <p>The reader and the writer are our own few hundred lines: they stand between the start of the process and its
 * first answer, where a general library costs more time than the rest of the start together.
 *
 * <p>Threads: none of its own. Values are immutable and may be shared; builders and budgets belong to one thread.
 *
 * <p>Read {@link proxymcp.json.JsonValue} first, then {@link proxymcp.json.Schema}.
 */
package proxymcp.json;
