package proxymcp.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import proxymcp.json.Args;
import proxymcp.json.BadArgument;
import proxymcp.json.JsonObject;
import proxymcp.json.Property;
import proxymcp.json.ResultSchema;
import proxymcp.json.Schema;
import proxymcp.mcp.CallContext;
import proxymcp.mcp.Tool;
import proxymcp.mcp.ToolOutcome;
import proxymcp.proxy.AcceptEncoding;
import proxymcp.proxy.Credentials;
import proxymcp.proxy.ListenerOptions;
import proxymcp.proxy.ProxyLimits;
import proxymcp.proxy.ProxyServer;
import proxymcp.proxy.ProxySettings;
import proxymcp.store.Manifest;

/** Starting and stopping the proxy, and how it is. */
final class LifecycleTools {
    static final Schema START = Schema.of(
            Property.integer("port", "0 takes a free one", 0, 65_535).defaultTo(0),
            Property.text("bind_address", "Address to listen on; another than loopback needs require_auth", 1, 255)
                    .defaultTo("127.0.0.1"),
            Property.text("require_auth", "\"user:password\" that clients must send as Basic Proxy-Authorization", 1, 512),
            Property.flag("insecure_upstream", "Accept any certificate of an origin").defaultTo(false),
            Property.text("upstream_ca_file", "PEM file of authorities to trust beside the usual ones", 1, 4_096),
            Property.integer("transparent_port", "Second port, for redirected traffic: TLS goes where its SNI says",
                    0, 65_535),
            Property.integer("transparent_target_port", "Port that redirected TLS goes to", 1, 65_535).defaultTo(ListenerOptions.TLS_PORT),
            Property.choice("accept_encoding", "decodable removes codings that cannot be decoded here from requests", "as_sent", "decodable")
                    .defaultTo("as_sent"),
            Property.flag("persistence_enabled", "Record to a session on disk from the start").defaultTo(false)).and(SessionTools.RECORDING);

    private final ProxyControl control;
    private final SessionControl sessions;
    private final FileAccess files;
    private final ProxyLimits limits;

    LifecycleTools(ProxyControl control, SessionControl sessions, FileAccess files, ProxyLimits limits) {
        this.control = control;
        this.sessions = sessions;
        this.files = files;
        this.limits = limits;
    }

    List<Tool> tools() {
        Tool start = new Tool("proxy_start", "Start the proxy",
                "Starts the intercepting proxy. Point clients at url and let them trust the CA; exchanges then show in proxy_list_traffic.",
                Tool.Hints.ADD.reachingOut(), Toolbox.CORE, START,
                ResultSchema.of(ResultSchema.integer("port"), ResultSchema.text("url"), ResultSchema.text("certFingerprint"),
                        ResultSchema.integer("transparentPort").optional(), ResultSchema.object("persistence"), ResultSchema.object("setup")),
                new ToolCall(this::start, SessionTools.REFUSED));
        Tool stop = new Tool("proxy_stop", "Stop the proxy",
                "Stops the proxy, ends what is in flight and the session. Captured traffic and the CA stay.",
                new Tool.Hints(false, true, false, false), Toolbox.CORE, Schema.EMPTY, ResultSchema.of(ResultSchema.text("message")),
                new ToolCall(this::stop));
        Tool status = new Tool("proxy_status", "Proxy status", "Whether the proxy runs, where, and how much was captured.",
                Tool.Hints.QUERY, Toolbox.CORE, Schema.EMPTY, statusSchema(), new ToolCall(this::status));
        return List.of(start, stop, status);
    }

    private static ResultSchema statusSchema() {
        return ResultSchema.of(ResultSchema.flag("running"), ResultSchema.any("port", "integer or null; kept after a stop"),
                ResultSchema.any("url", "string or null"), ResultSchema.any("certFingerprint", "string, or null before the CA's first use"),
                ResultSchema.text("bindAddress").optional(), ResultSchema.flag("requireAuth").optional(),
                ResultSchema.flag("insecureUpstream").optional(), ResultSchema.integer("openConnections").optional(),
                ResultSchema.text("acceptEncoding").optional(), ResultSchema.object("transparentProxy"),
                ResultSchema.any("globalUpstream", "object or null"), ResultSchema.object("hostUpstreams"),
                ResultSchema.integer("hostUpstreamsTotal").optional(),
                ResultSchema.integer("ruleCount"), ResultSchema.integer("trafficCount"), ResultSchema.object("liveBuffer"),
                ResultSchema.object("persistence"));
    }

    private ToolOutcome start(Args args, CallContext context) throws Exception {
        ProxySettings settings = settings(args, context);
        boolean recorded = args.flag("persistence_enabled");
        if (recorded) {
            sessions.requireNone();
        } else {
            refuseWithoutSession(args);
        }
        ProxyServer server = control.start(settings);
        if (recorded) {
            record(args);
        }
        return ToolOutcome.success(new ProxyView(control, sessions).started(server, control.authority()));
    }

    private static void refuseWithoutSession(Args args) throws BadArgument {
        for (Property property : SessionTools.RECORDING) {
            if (args.given(property.name())) {
                throw new BadArgument(property.name(), "expected persistence_enabled true with it");
            }
        }
    }

    /** Begins the session; without it the proxy is not wanted either. */
    private void record(Args args) throws Exception {
        try {
            SessionTools.start(sessions, args, control.settings());
        } catch (ToolFailure | IOException | RuntimeException e) {
            control.close();
            throw e;
        }
    }

    private ProxySettings settings(Args args, CallContext context) throws BadArgument, ToolFailure {
        Optional<String> caFile = args.optString("upstream_ca_file");
        Optional<Path> upstreamCa = caFile.isPresent()
                ? Optional.of(files.toRead(context.origin(), "upstream_ca_file", caFile.get())) : Optional.empty();
        return new ProxySettings(args.string("bind_address"), args.integer("port"), credentials(args), Optional.empty(),
                args.flag("insecure_upstream"), upstreamCa, limits).withListener(listener(args));
    }

    private static ListenerOptions listener(Args args) throws BadArgument {
        OptionalInt transparent = args.optInteger("transparent_port");
        if (transparent.isEmpty() && args.given("transparent_target_port")) {
            throw new BadArgument("transparent_target_port", "expected transparent_port with it");
        }
        return new ListenerOptions(transparent, args.integer("transparent_target_port"), args.choice("accept_encoding", AcceptEncoding.class));
    }

    private static Optional<Credentials> credentials(Args args) throws BadArgument {
        Optional<String> text = args.optString("require_auth");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Credentials.parse(text.get()));
        } catch (IllegalArgumentException refused) {
            // Without what was got: it holds a password.
            throw new BadArgument("require_auth", "expected \"user:password\"");
        }
    }

    private ToolOutcome stop(Args args, CallContext context) throws ToolFailure {
        int port = control.stop();
        Optional<Manifest> ended = sessions.stop();
        String session = ended.isPresent() ? " and so has session " + ended.get().id() : "";
        return ToolOutcome.success(JsonObject.builder()
                .put("message", "The proxy on port " + port + " has stopped" + session + "; captured traffic is kept").build());
    }

    private ToolOutcome status(Args args, CallContext context) {
        return ToolOutcome.success(new ProxyView(control, sessions).status());
    }
}
