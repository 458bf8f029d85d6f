package proxymcp.selftest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import proxymcp.json.Json;
import proxymcp.json.JsonException;
import proxymcp.json.JsonObject;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.ResourceContents;
import proxymcp.mcp.ToolOutcome;
import proxymcp.tls.CaException;
import proxymcp.tls.CertificateAuthority;

/**
 * What steps work with: a server of their own, the shop and its customers, and what earlier steps found.
 *
 * <p>Owner: the thread that runs the steps, but for {@link #close}, which any thread may call; steps that still run then fail.
 */
final class Bench implements Closeable {
    private static final int ENDS_POLLS_MAX = 500;
    private static final int ENDS_POLL_MILLIS = 20;

    /** The session of the run that works; set by the first steps. */
    String good = "";
    /** The session of the run that does not. */
    String failing = "";
    String template = "";
    String replay = "";
    /** The seq of the exchange that holds the items, in {@link #good}. */
    long itemsSeq;
    /** How many exchanges {@link #good} has. */
    long goodTotal;

    private final Path home;
    private final OwnServer server;
    private final Clock clock;
    private final RandomGenerator random;
    private final Fault fault;
    private final CallContext context;
    private final CertificateAuthority originAuthority;
    private final List<ShopOrigin> origins = new CopyOnWriteArrayList<>();
    private final List<ShopClient> clients = new CopyOnWriteArrayList<>();
    private final List<String> calls = new ArrayList<>();

    /**
     * Nothing runs yet.
     *
     * @param home the folder of the server
     * @param originFolder where the authority is made that signs what the shop shows
     * @param server closed by this
     * @param context of the calls
     */
    Bench(Path home, Path originFolder, OwnServer server, Clock clock, RandomGenerator random, Fault fault, CallContext context) throws CaException {
        this.home = home;
        this.server = server;
        this.clock = clock;
        this.random = random;
        this.fault = fault;
        this.context = context;
        this.originAuthority = CertificateAuthority.open(originFolder, clock);
    }

    /** The folder of the server. */
    Path home() {
        return home;
    }

    /** What is broken on purpose. */
    Fault fault() {
        return fault;
    }

    /** PEM file that a proxy has to trust to reach the shop. */
    Path originAuthorityFile() {
        return originAuthority.certificateFile();
    }

    /** Whether the server has this tool. */
    boolean has(String tool) {
        return server.mcp().tools().stream().anyMatch(known -> known.name().equals(tool));
    }

    /** Starts the shop, or starts it anew, which makes all tokens void and the port another one. */
    ShopOrigin startShop() throws IOException {
        boolean anew = !origins.isEmpty();
        for (ShopOrigin before : origins) {
            before.close();
        }
        ShopOrigin origin = new ShopOrigin(originAuthority, clock, random, anew || fault != Fault.TOKENS_STALE ? fault : Fault.NONE);
        origins.add(origin);
        return origin;
    }

    /** The shop that runs. */
    ShopOrigin shop() {
        return origins.get(origins.size() - 1);
    }

    /** A customer of the shop, behind the proxy. */
    ShopClient customer() throws NotProved, IOException, GeneralSecurityException {
        int port = (int) call("proxy_status", JsonObject.EMPTY).number("$.port");
        String pem = call("proxy_get_ca_cert", JsonObject.EMPTY).text("$.certPem");
        ShopClient client = new ShopClient(port, pem, shop().url());
        clients.add(client);
        return client;
    }

    /** Calls a tool, which must succeed. */
    Facts call(String tool, JsonObject arguments) throws NotProved {
        String call = tool + (arguments.members().isEmpty() ? "" : " '" + Json.text(arguments) + "'");
        if (calls.isEmpty() || !calls.get(calls.size() - 1).equals(call)) {
            calls.add(call);
        }
        return switch (server.mcp().call(tool, arguments, context)) {
            case ToolOutcome.Success(JsonObject members) -> new Facts(tool, members);
            case ToolOutcome.Failure failure -> throw new NotProved(tool + " said " + failure.code() + ": " + failure.error());
        };
    }

    /** Waits until every exchange of a session has ended: a client has its answer a moment before the proxy knows that it was taken. */
    void awaitEnds(String session) throws NotProved, InterruptedException {
        JsonObject inFlight = JsonObject.builder().put("session_id", session).put("state", "in_flight").build();
        for (int polls = 0; call("proxy_query_session", inFlight).number("$.total") > 0; polls++) {
            if (polls == ENDS_POLLS_MAX) {
                throw new NotProved("exchanges of session " + session + " do not end");
            }
            Thread.sleep(ENDS_POLL_MILLIS);
        }
    }

    /** Reads a resource of JSON. */
    Facts read(String uri) throws Exception {
        calls.add("read " + uri);
        ResourceContents contents = server.mcp().read(uri, context).orElseThrow(() -> new NotProved("there is no " + uri));
        if (contents instanceof ResourceContents.Text text && parsed(text.text()) instanceof JsonObject members) {
            return new Facts(uri, members);
        }
        throw new NotProved(uri + " is no JSON object");
    }

    private static Object parsed(String text) throws JsonException {
        return Json.parse(text);
    }

    /** What was called since this was asked last. */
    List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    /** Ends customers, shop and server. Doing it again ends what was begun in between. */
    @Override
    public void close() throws IOException {
        clients.forEach(ShopClient::close);
        try {
            for (ShopOrigin origin : origins) {
                origin.close();
            }
        } finally {
            server.parts().close();
        }
    }
}
