# Thin names for the habit. Everything is done by ./run; `make help` lists what there is.

.DEFAULT_GOAL := help
.PHONY: help run test lint browser-test bench docs celery-worker celery-beat celery-flower test-task test-task-poll

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run:  ## start everything
	@./run

test:  ## run the tests
	@./run test

lint:  ## style, types and import contracts
	@./run lint

browser-test:  ## the tests that drive a browser
	@./run browser-test

bench:  ## accuracy (./run bench NAME for the others)
	@./run bench

docs:  ## the documentation, in site/
	@./run docs

celery-worker:  ## start a worker by hand (QUEUES=a,b CONCURRENCY=2)
	@scripts/start_celery.sh worker

celery-beat:  ## start the scheduler by hand
	@scripts/start_celery.sh beat

celery-flower:  ## start Flower by hand
	@scripts/start_celery.sh flower

test-task:  ## start a task: make test-task COMMAND="company-scrape 1"
	@scripts/test_tasks.sh $(COMMAND)

test-task-poll:  ## the same, followed to its end (TIMEOUT=600)
	@POLL=true scripts/test_tasks.sh $(COMMAND)
