/**
 * Browsers and child processes whose traffic goes through the proxy, each through a port of its own.
 *
 * <p>Lives here: finding and starting browsers ({@link proxymcp.chrome.Browsers}, {@link proxymcp.chrome.LaunchOptions}), their DevTools
 * ({@link proxymcp.chrome.DevTools}), child processes ({@link proxymcp.chrome.ChildProcess}) and what they are told in variables
 * ({@link proxymcp.chrome.ProxyEnvironment}), and cleaning up after them, also after a server that died.
 *
 * <p>Does not know: tools, sessions, what the traffic is.
 *
 * <p>Threads: {@link proxymcp.chrome.Interceptors} may be called by any thread; each child has platform threads that read what it prints.
 *
 * <p>Read {@link proxymcp.chrome.Interceptors} first.
 */
package proxymcp.chrome;
