#!/usr/bin/env bash
# Starts a worker, the scheduler or Flower by hand, in the same state folder as ./run. For
# installations where something else than ./run keeps processes alive.
#
#   scripts/start_celery.sh worker      QUEUES=scraping,extraction CONCURRENCY=4 NAME=reading
#   scripts/start_celery.sh dispatcher  sends what waits, takes back what was lost; one or more
#   scripts/start_celery.sh beat        the clock of the schedules; one is enough
#   scripts/start_celery.sh flower      seen at /admin/flower/ by staff who are signed in
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
if [ ! -x "$python" ]; then
    echo "There is no .venv yet. Call ./run manage check once, which makes it." >&2
    exit 1
fi
export DJANGO_SETTINGS_MODULE=config.settings

case "${1:-}" in
worker)
    # SIGTERM ends it like SIGQUIT: what is not finished in time goes back to its queue.
    export REMAP_SIGTERM=SIGQUIT
    exec "$python" -m celery -A config worker --pool prefork -O fair --loglevel INFO \
        --hostname "${NAME:-all}@%h" ${CONCURRENCY:+--concurrency "$CONCURRENCY"} ${QUEUES:+-Q "$QUEUES"}
    ;;
dispatcher)
    exec "$python" -m stack.manage dispatch_runs
    ;;
beat)
    exec "$python" -m celery -A config beat --pidfile= --loglevel INFO
    ;;
flower)
    exec "$python" -m stack.flower
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
