package proxymcp.diff;

/**
 * What is kept of an exchange to align it by.
 *
 * @param seq its number within its session
 * @param endpoint what kind of request
 * @param startedAt epoch milliseconds
 * @param status response status; 0 if there was no response
 * @param requestFeatures a hash of all of the request, below 0, then sorted hashes of its locations and of these with their values, see {@link Outlines}
 * @param responseFeatures the same of the response
 */
public record Outline(long seq, Endpoint endpoint, long startedAt, int status, long[] requestFeatures, long[] responseFeatures) {}
