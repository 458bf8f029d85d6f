package proxymcp.replay;

/**
 * How a request went out whose method or URL an override changed.
 *
 * @param method method
 * @param url absolute URL
 */
public record SentAs(String method, String url) {}
