#!/usr/bin/env bash
# Builds proxy-mcp: build/proxy-mcp.jar, and the compiled tests beside it.
#
#   ./build.sh          the jar
#   ./build.sh tests    the jar and build/test-classes
#   ./build.sh clean    removes what was compiled; keeps build/lib, so that the next build needs no network
#   ./build.sh jdk      prints the folder of the JDK that is used
#
# Needs bash and a JDK 21 or newer. Maven is needed once, to fetch the libraries into build/lib.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# The one place of the project's version: it goes into the manifest and into the resource proxymcp/version.
VERSION=0.1.0

BUILD=build
LIB=$BUILD/lib
JAR=$BUILD/proxy-mcp.jar

# Libraries inside the jar: SHA-256 and coordinates. To move to another version, change both.
LIBRARIES='
a44be2660d72ed88673372b8cc2d53a25a5aaf27122fb803ed93f07147536aa1 org.bouncycastle:bcpkix-jdk18on:1.87
12d2d3dd82a9ec15e92ec7c7943ee64f6097c6dc12c07e984f1693b77565b9aa org.bouncycastle:bcprov-jdk18on:1.87
af46dd381553fdc466cd0c18f8bf2144c7dbcb7337eee3e16cab15e96613ddf0 org.bouncycastle:bcutil-jdk18on:1.87
2688aaa60b207403287e16a71fb5644bf2f9cfc464cc601ae95c6c86a5af1f94 tools.jackson.core:jackson-core:3.2.1
51d4f7d2438dfd32413fa55b28050096b7c114389146fb31883f47f8cd12f8ad tools.jackson.jr:jackson-jr-objects:3.2.1
261e78e32227d298f25c328aecd532a789d487d8073f97ba9b6aa6dbe41a2be3 org.msgpack:msgpack-core:0.9.12
5fcf13ad78d07319cc507465dcf61cbc3efee9f45c9ae1c42a9902414696bc0b com.aayushatharva.brotli4j:brotli4j:1.23.0
7f298d44dbb7688419f0179ee1dfa0e4436633272b05d38a5faf3a2b8d08697b com.aayushatharva.brotli4j:service:1.23.0
900c73dac7330ebe966071c770d2d4357c4de3f9417262ed4408dc08f2b573b6 com.aayushatharva.brotli4j:native-linux-aarch64:1.23.0
c504e243961c4229d8e486ca8f87b757ad9a033dda471061c0134c050ddcaa7c com.aayushatharva.brotli4j:native-linux-x86_64:1.23.0
be3bc53688dbaff26d9d554301837de2bfa9ec09090b64d1ebf1fb6b23c28e61 com.aayushatharva.brotli4j:native-osx-aarch64:1.23.0
392774ced607a625ac316b5efeb7065d300e722fe03d8963ab0ffb2fdd40e982 com.aayushatharva.brotli4j:native-osx-x86_64:1.23.0
8f770f6d6c29caade53fc9fc7d848338a09471b080096ed7d5ce851e31cb9504 com.aayushatharva.brotli4j:native-windows-x86_64:1.23.0
'

# Libraries of the tests alone.
TEST_LIBRARIES='
e62b96ac475dbcde8599ea905d088f65d90778f86e259b856a49fa5c4ea256ec org.junit.platform:junit-platform-console-standalone:6.1.3
'

say() { printf '%s\n' "$*"; }
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# ---- the JDK ------------------------------------------------------------------------------------------------------

# Prints the feature number (8, 17, 25) of the JDK in folder $1, or nothing when there is no compiler in it.
jdk_feature() {
    [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 0
    "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p' | head -n 1
}

# Prints the home of the java command $1, its links resolved.
home_of_java() {
    local link=$1
    while [ -L "$link" ]; do
        local target
        target=$(readlink "$link")
        case $target in /*) link=$target ;; *) link=$(dirname "$link")/$target ;; esac
    done
    (cd "$(dirname "$link")/.." && pwd -P)
}

# Prints the folders that may hold a JDK, one a line, best guess first; within the usual folders, newest name first.
jdk_candidates() {
    [ -z "${JAVA_HOME:-}" ] || say "$JAVA_HOME"
    if command -v java >/dev/null 2>&1; then home_of_java "$(command -v java)"; fi
    [ ! -x /usr/libexec/java_home ] || /usr/libexec/java_home -v 21+ 2>/dev/null || true
    local folder
    for folder in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/jdk* /opt/*/ \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
        /opt/homebrew/opt/openjdk* /usr/local/opt/openjdk* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ ! -d "$folder/bin" ] || say "$folder"
    done | sort -r
}

find_jdk() {
    local seen='' folder feature
    while IFS= read -r folder; do
        feature=$(jdk_feature "$folder")
        if [ -n "$feature" ] && [ "$feature" -ge 21 ]; then
            JDK=${folder%/}
            JDK_FEATURE=$feature
            return
        fi
        if [ -n "$feature" ]; then
            seen="$seen
  $folder is JDK $feature"
        elif [ -d "$folder" ]; then
            seen="$seen
  $folder has no bin/javac (a JRE, not a JDK)"
        else
            seen="$seen
  $folder does not exist"
        fi
    done < <(jdk_candidates)
    fail "needs a JDK 21 or newer (with javac, a JRE is not enough). Install one (Debian: openjdk-21-jdk or newer, or
Temurin), or set JAVA_HOME to its folder. Looked at JAVA_HOME, java on PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and
the folders of macOS. Found:${seen:-
  no Java at all}"
}

# ---- the libraries ------------------------------------------------------------------------------------------------

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# Prints the file name Maven gives to the jar of group:artifact:version.
jar_name() {
    local rest=${1#*:}
    say "${rest%%:*}-${rest#*:}.jar"
}

# Prints the paths of the jars of table $1, one a line.
jars_of() {
    local hash coordinates
    while read -r hash coordinates; do
        [ -z "$hash" ] || say "$LIB/$(jar_name "$coordinates")"
    done <<<"$1"
}

fetch_libraries() {
    mkdir -p "$LIB"
    local hash coordinates file missing=''
    while read -r hash coordinates; do
        [ -n "$hash" ] || continue
        file=$LIB/$(jar_name "$coordinates")
        if [ ! -f "$file" ] || [ "$(sha256 <"$file")" != "$hash" ]; then
            missing="$missing$hash $coordinates
"
        fi
    done <<<"$LIBRARIES$TEST_LIBRARIES"
    [ -n "$missing" ] || return 0
    command -v mvn >/dev/null 2>&1 || explain_missing "$missing" "there is no mvn on PATH"
    while read -r hash coordinates; do
        [ -z "$hash" ] || fetch "$hash" "$coordinates" </dev/null
    done <<<"$missing"
}

# Fetches one artifact by coordinates. It enters build/lib under its name only once its hash fits.
fetch() {
    local hash=$1 coordinates=$2 name found log=$BUILD/fetch.log repository=()
    name=$(jar_name "$coordinates")
    say "fetching $coordinates"
    # A home that cannot be written holds no repository of Maven's.
    if [ ! -w "${HOME:-/nonexistent}" ]; then repository=("-Dmaven.repo.local=$PWD/$BUILD/m2"); fi
    rm -rf "$BUILD/fetch"
    mvn -B -q ${repository[@]+"${repository[@]}"} dependency:copy "-Dartifact=$coordinates" \
        "-DoutputDirectory=$PWD/$BUILD/fetch" >"$log" 2>&1 ||
        { cat "$log" >&2; explain_missing "$hash $coordinates" "mvn dependency:copy failed, its words are above"; }
    found=$(sha256 <"$BUILD/fetch/$name")
    [ "$found" = "$hash" ] || fail "$coordinates: SHA-256 is $found, expected $hash; not used"
    mv "$BUILD/fetch/$name" "$LIB/$name"
    rm -rf "$BUILD/fetch" "$log"
}

# Ends the build and says which files, with which hashes, make it work without Maven. $1 a table, $2 what went wrong.
explain_missing() {
    local hash coordinates
    {
        say "build.sh: libraries are missing and $2."
        say "Either install Maven and let it reach its repository, or put these files into $PWD/$LIB (SHA-256, name, coordinates):"
        while read -r hash coordinates; do
            [ -z "$hash" ] || say "  $hash  $(jar_name "$coordinates")  $coordinates"
        done <<<"$1"
    } >&2
    exit 1
}

# ---- compiling ----------------------------------------------------------------------------------------------------

# Prints one hash over this script, the JDK and every file under the given folders: equal means nothing to do.
fingerprint() {
    {
        say "$JDK_FEATURE $JDK"
        find build.sh "$@" -type f | LC_ALL=C sort | xargs cksum
    } | sha256
}

# Is file or folder $2 there, and was it made from what hash $1 names?
up_to_date() { [ -e "$2" ] && [ "$(cat "$2.made-from" 2>/dev/null)" = "$1" ]; }

classpath() { printf '%s\n' "$@" | paste -s -d : -; }

# Compiles the .java files under $1 into $2 with class path $3, and copies the resources. Strings are joined by plain code: the
# call sites that javac makes otherwise are linked at run time, some 20 ms of every start.
compile() {
    local from=$1 to=$2 path=$3
    mkdir -p "$to"
    find "$from" -name '*.java' | LC_ALL=C sort >"$to.sources"
    "$JDK/bin/javac" --release 21 -proc:none -encoding UTF-8 -Xlint:all -Werror -Xdoclint:all,-missing -Xmaxwarns 1000 \
        -XDstringConcat=inline \
        -g -d "$to" -cp "$path" "@$to.sources"
    rm "$to.sources"
    (cd "$from" && find . -type f ! -name '*.java' ! -name '.*') | while IFS= read -r resource; do
        mkdir -p "$to/$(dirname "$resource")"
        cp "$from/$resource" "$to/$resource"
    done
}

build_jar() {
    local made_from new=$BUILD/classes.new
    made_from=$(fingerprint src test/proxymcp/JarPacker.java)
    if up_to_date "$made_from" "$JAR" && [ -d "$BUILD/classes" ]; then return; fi
    say "compiling src with JDK $JDK_FEATURE ($JDK)"
    rm -rf "$new"
    compile src "$new" "$(classpath $(jars_of "$LIBRARIES"))"
    # The entry class runs on Java 8, to say there that it needs a newer one: it is compiled once more, for that.
    "$JDK/bin/javac" --release 8 -proc:none -encoding UTF-8 -Xlint:all,-options,-classfile -Werror -g \
        -d "$new" -cp "$new" src/proxymcp/Launcher.java
    printf '%s\n' "$VERSION" >"$new/proxymcp/version"
    rm -rf "$BUILD/classes"
    mv "$new" "$BUILD/classes"
    pack
    printf '%s\n' "$made_from" >"$JAR.made-from"
}

pack() {
    say "packing $JAR"
    rm -f "$JAR"
    "$JDK/bin/java" test/proxymcp/JarPacker.java "$JAR" proxymcp.Launcher "$VERSION" "$BUILD/classes" \
        $(jars_of "$LIBRARIES")
    local bytes
    bytes=$(wc -c <"$JAR")
    [ "$bytes" -le $((14 * 1000 * 1000)) ] || fail "$JAR is $bytes bytes, more than 14 MB"
}

build_tests() {
    local made_from
    made_from=$(fingerprint src test)
    if up_to_date "$made_from" "$BUILD/test-classes"; then return; fi
    say "compiling test"
    rm -rf "$BUILD/test-classes" "$BUILD/test-classes.made-from"
    compile test "$BUILD/test-classes" \
        "$(classpath "$BUILD/classes" $(jars_of "$LIBRARIES") $(jars_of "$TEST_LIBRARIES"))"
    printf '%s\n' "$made_from" >"$BUILD/test-classes.made-from"
}

main() {
    case ${1:-jar} in
        clean)
            [ ! -d "$BUILD" ] || find "$BUILD" -mindepth 1 -maxdepth 1 ! -name lib ! -name npm -exec rm -rf {} +
            return ;;
        jdk) find_jdk; say "$JDK"; return ;;
        jar | tests) ;;
        *) fail "unknown command '$1'; known are: (none), tests, clean, jdk" ;;
    esac
    find_jdk
    mkdir -p "$BUILD"
    # Two builds at once in one folder would take the classes from under each other.
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$BUILD/lock"
        flock 9
    fi
    fetch_libraries
    build_jar
    if [ "${1:-jar}" = tests ]; then build_tests; fi
    # Read by the Makefile.
    printf '%s\n' "$JDK" >"$BUILD/jdk"
}

main "$@"
