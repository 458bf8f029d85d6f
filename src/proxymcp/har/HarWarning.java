package proxymcp.har;

import java.util.List;

/**
 * Something that the exported entries do not have as it was.
 *
 * @param kind {@code damaged} on disk; {@code undecoded} for a content coding that could not be undone; {@code partial_body} for one of which
 *     not all octets were kept; {@code partial_stream} for a stream of which messages were not recorded; {@code in_flight} for an exchange that has not ended
 * @param count exchanges that it concerns
 * @param seqs the first of them
 * @param detail a sentence on the first
 */
public record HarWarning(String kind, long count, List<Long> seqs, String detail) {}
