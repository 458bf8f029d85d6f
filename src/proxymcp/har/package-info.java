/**
 * Sessions as HAR 1.2 files, the format that other tools of the trade speak.
 *
 * <p>What HAR has no place for stands in members whose names begin with {@code _}, so that a file of ours brings back everything that was
 * recorded. Bodies stream: neither a file nor a body is ever held.
 *
 * <p>Knows sessions, heads and codings; no tool, no file name, no MCP.
 *
 * <p>Threads: none of its own; an export or import runs on its caller's. Read {@link proxymcp.har.HarExport} first, then {@code EntryWriter} and
 * {@code BodyForm}; for the way back {@link proxymcp.har.HarImport}, then {@code HarReadLog} and {@code HarImportEntry}.
 */
package proxymcp.har;
