#!/usr/bin/env bash
# Starts tasks through the API and shows what becomes of them.
#
#   scripts/test_tasks.sh company-scrape ID     also: company-extract, -recompile, -process-documents
#   scripts/test_tasks.sh document-process ID   also: document-download, -classify, -extract
#   scripts/test_tasks.sh trigger PATH [JSON]   any endpoint that starts a task, such as
#                                               trigger /api/v1/tasks/documents/7/extract?force=1
#   scripts/test_tasks.sh status TASK_ID
#   scripts/test_tasks.sh poll TASK_ID          ask again until it has ended or the time is over
#   scripts/test_tasks.sh help
#
# POLL=true follows a started task to its end. TIMEOUT=600 is for how many seconds to follow one, EVERY=2
# how often to ask. BASE_URL is http://127.0.0.1:8000 unless set. The account: TENFOLD_TOKEN=..., or
# TENFOLD_USER (admin) and TENFOLD_PASSWORD, which is otherwise taken from the state folder of ./run.
# Ends with 0 when all went well, 1 when the task failed or was refused, 2 for a wrong command and 3 when
# the time was over before the task had ended.
set -euo pipefail
cd "$(dirname "$0")/.."

BASE_URL="${BASE_URL:-http://127.0.0.1:8000}"
PASSWORDS="${TENFOLD_STATE_DIR:-.state}/passwords"
TIMEOUT="${TIMEOUT:-600}"
EVERY="${EVERY:-2}"

usage() { sed -n '2,17s/^# \{0,1\}//p' "$0"; }

wrong() {
    usage >&2
    exit 2
}

json() { python3 -c "import json, sys; value = json.load(sys.stdin).get('$1'); print('' if value is None else value)" 2>/dev/null || true; }

token() {
    if [ -n "${TENFOLD_TOKEN:-}" ]; then
        echo "$TENFOLD_TOKEN"
        return
    fi
    local password="${TENFOLD_PASSWORD:-}"
    if [ -z "$password" ] && [ -r "$PASSWORDS" ]; then
        password="$(sed -n 's/^admin //p' "$PASSWORDS")"
    fi
    if [ -z "$password" ]; then
        echo "Set TENFOLD_TOKEN, or TENFOLD_USER and TENFOLD_PASSWORD." >&2
        exit 1
    fi
    # Through standard input: a command line can be read by everyone on the machine.
    printf 'user = "%s:%s"\n' "${TENFOLD_USER:-admin}" "$password" |
        curl --silent --show-error --fail --config - --request POST "$BASE_URL/api/v1/token/" | json token
}

call() { # METHOD PATH [JSON]
    printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
        curl --silent --show-error --max-time 30 --config - --request "$1" --header 'Accept: application/json' \
            ${3:+--header 'Content-Type: application/json' --data "$3"} "$BASE_URL$2"
}

start() { # PATH [JSON]
    local answer id
    answer="$(call POST "$1" "${2:-}")"
    echo "$answer"
    id="$(json task_id <<<"$answer")"
    if [ -z "$id" ]; then
        exit 1
    fi
    if [ "${POLL:-false}" = true ]; then
        poll "$id"
    fi
}

poll() { # TASK_ID
    local answer state end=$((SECONDS + TIMEOUT))
    while true; do
        answer="$(call GET "/api/v1/tasks/$1")"
        state="$(json status <<<"$answer")"
        echo "$(date +%H:%M:%S) ${state:-no answer} $(json progress <<<"$answer") % $(json step <<<"$answer") $(json message <<<"$answer")"
        case "$state" in
        SUCCESS) echo "$answer" && return 0 ;;
        FAILURE | REVOKED | '') echo "$answer" && return 1 ;;
        esac
        if [ "$SECONDS" -ge "$end" ]; then
            echo "It has not ended in $TIMEOUT seconds; it goes on. Ask again: $0 poll $1" >&2
            return 3
        fi
        sleep "$EVERY"
    done
}

command="${1:-help}"
if [ "$command" = help ]; then
    usage
    exit 0
fi
argument="${2:-}"
if [ -z "$argument" ]; then
    wrong
fi
case "$command" in
company-extract | company-scrape | company-recompile | company-process-documents)
    path="/api/v1/tasks/companies/$argument/${command#company-}"
    ;;
document-process | document-download | document-classify | document-extract)
    path="/api/v1/tasks/documents/$argument/${command#document-}"
    ;;
trigger | status | poll) ;;
*) wrong ;;
esac
TOKEN="$(token)"
case "$command" in
trigger) start "$argument" "${3:-}" ;;
status) call GET "/api/v1/tasks/$argument" && echo ;;
poll) poll "$argument" ;;
*) start "$path" ;;
esac
