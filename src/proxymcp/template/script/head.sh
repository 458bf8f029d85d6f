stop() { printf '%s\n' "$*" >&2; exit 1; }
for PROGRAM in curl python3 base64; do
    command -v "$PROGRAM" >/dev/null 2>&1 || stop "this script needs $PROGRAM"
done
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
trap 'exit 1' HUP INT TERM

flow() { python3 -I -S -X utf8 "$FOLDER/flow.py" "$FOLDER" "$@"; }

# send STEP STATUS ARGUMENTS: has curl send a request and keeps the answer, which must have that status; "ok" is any 2xx or 3xx.
# Fields that curl would add of its own are left out.
send() {
    STEP=$1 EXPECTED=$2 EXIT=0
    shift 2
    : >"$FOLDER/$STEP.body"
    STATUS=$(curl -sS -g --path-as-is -m "${SECONDS_MAX:-60}" -D "$FOLDER/$STEP.head" -o "$FOLDER/$STEP.body" -w '%{http_code}' \
        -H 'Accept:' -H 'User-Agent:' -H 'Content-Type:' -H 'Expect:' "$@") || EXIT=$?
    [ "$EXIT" = 0 ] || [ "$EXPECTED $STATUS" = '101 101' ] || stop "$STEP: curl failed with $EXIT"
    case "$EXPECTED $STATUS" in
        'ok 2'??|'ok 3'??|"$STATUS $STATUS") printf '%s: %s\n' "$STEP" "$STATUS" >&2 ;;
        'ok '*) stop "$STEP: status $STATUS" ;;
        *) stop "$STEP: expected status $EXPECTED, got $STATUS" ;;
    esac
}

# code CODINGS VALUE: the value as it is written where it stands.
code() { printf %s "$2" | flow code "$1"; }

# body STEP TEXT: what the step sends.
body() { printf %s "$2" >"$FOLDER/$1.request"; }

# unsigned STEP METHOD URL FIELDS: the request that sign makes digests of.
unsigned() { UNSIGNED=$1; shift; printf '%s\n' "$@" >"$FOLDER/$UNSIGNED.unsigned"; }

# holds STEP SELECTOR: whether the answer has that, which becomes VALUE.
holds() {
    FOUND=0
    VALUE=$(flow find "$1" "$2") || FOUND=$?
    [ "$FOUND" = 0 ] || [ "$FOUND" = 3 ] || stop "$1: cannot look for $2"
    return "$FOUND"
}

cat >"$FOLDER/flow.py" <<'PYTHON'
