#!/usr/bin/env bash
# Starts a task through the API and shows what becomes of it.
#
#   scripts/test_tasks.sh extract COMPANY       also: scrape, recompile, process-documents
#   scripts/test_tasks.sh download DOCUMENT     also: classify, read, process
#   scripts/test_tasks.sh status TASK_ID
#   scripts/test_tasks.sh poll TASK_ID          ask again until it has ended
#   scripts/test_tasks.sh help
#
# POLL=true follows a started task to its end. BASE_URL is http://127.0.0.1:8000 unless set.
# The account: TENFOLD_TOKEN=..., or TENFOLD_USER (admin) and TENFOLD_PASSWORD, which is otherwise
# taken from the state folder of ./run.
set -euo pipefail
cd "$(dirname "$0")/.."

BASE_URL="${BASE_URL:-http://127.0.0.1:8000}"
PASSWORDS="${TENFOLD_STATE_DIR:-.state}/passwords"

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0"; }

json() { python3 -c "import json, sys; print(json.load(sys.stdin).get('$1') or '')"; }

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

call() { # METHOD PATH
    printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
        curl --silent --show-error --config - --request "$1" --header 'Accept: application/json' "$BASE_URL$2"
}

start() { # PATH
    local answer id
    answer="$(call POST "$1")"
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
    local answer state
    while true; do
        answer="$(call GET "/api/v1/tasks/$1")"
        state="$(json status <<<"$answer")"
        echo "$(date +%H:%M:%S) ${state:-no answer}  $(json step <<<"$answer")  $(json message <<<"$answer")"
        case "$state" in
        SUCCESS) echo "$answer" && return 0 ;;
        FAILURE | REVOKED | '') echo "$answer" && return 1 ;;
        esac
        sleep "${EVERY:-2}"
    done
}

command="${1:-help}"
if [ "$command" = help ]; then
    usage
    exit 0
fi
if [ $# -ne 2 ]; then
    usage >&2
    exit 2
fi
TOKEN="$(token)"
case "$command" in
extract | scrape | recompile | process-documents) start "/api/v1/tasks/companies/$2/$command" ;;
download | classify | process) start "/api/v1/tasks/documents/$2/$command" ;;
read) start "/api/v1/tasks/documents/$2/extract" ;;
status) call GET "/api/v1/tasks/$2" && echo ;;
poll) poll "$2" ;;
*)
    usage >&2
    exit 2
    ;;
esac
