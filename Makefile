# Every target builds first. `make test ONLY=ProxyTest` runs one class, package (ONLY=proxy) or method (ONLY=ProxyTest#name);
# several are separated by commas.

JAVA      = "$$(cat build/jdk)/bin/java"
LIBRARIES = $$(printf ':%s' build/lib/*.jar)
# Tests run on the jar that users get; the libraries stand behind it for what tests alone use of them.
TESTS     = -cp "build/test-classes:build/proxy-mcp.jar$(LIBRARIES)" --enable-native-access=ALL-UNNAMED \
            -Dproxymcp.jar="$(CURDIR)/build/proxy-mcp.jar" -Dproxymcp.java="$$(cat build/jdk)/bin/java" \
            -Dproxymcp.fixtures="$(CURDIR)/fixtures" $(TLS)
# JSSE reads this once, at its first use; the program sets it in Main, which the tests of one class do not pass.
TLS       = -Djdk.tls.server.disableExtensions=server_name
# Where .ci/run puts the official MCP clients; tests that need them skip without.
export MCP_CLIENTS ?= $(CURDIR)/build/npm

# The main class of a target, and what it says when the class is not there.
define run_main
	@test -f build/test-classes/$(subst .,/,$(1)).class || { echo "make $@: there is no $(1) under test/" >&2; exit 1; }
	@exec $(JAVA) $(TESTS) $(1) $(ARGS)
endef

.PHONY: build tests run test demo bench soak fuzz clean

build:
	@./build.sh

tests:
	@./build.sh tests

run: build
	@exec $(JAVA) -jar build/proxy-mcp.jar run $(ARGS)

test: tests
	@exec $(JAVA) $(TESTS) proxymcp.TestRun build/test-classes "$(ONLY)"

demo: build
	@exec $(JAVA) -jar build/proxy-mcp.jar demo $(ARGS)

bench: tests
	$(call run_main,bench.Main)

soak: tests
	$(call run_main,bench.Soak)

fuzz: tests
	$(call run_main,bench.Fuzz)

clean:
	@./build.sh clean
