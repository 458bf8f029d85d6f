package proxymcp.diff;

/**
 * What is kept of an exchange to align it by.
 *
 * @param seq its number within its session
 * @param endpoint what kind of request
 * @param startedAt epoch milliseconds
 * @param status response status; 0 if there was no response
 * @param requestFeatures sorted hashes of the request's locations with their values, and of the locations alone
 * @param responseFeatures the same of the response
 */
public record Outline(long seq, Endpoint endpoint, long startedAt, int status, long[] requestFeatures, long[] responseFeatures) {}
