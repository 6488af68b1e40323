# The one door to the house. A recipe calls cargo or a script; there is no logic here.
.DEFAULT_GOAL := help
.PHONY: help setup run check test openapi bench bench-retrieval chaos leaks fuzz-api

# Logs of chat for `make bench-retrieval`.
CHAT ?= ../shared/data/irc

help: ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile

setup: ## install what is missing to build, check and test (Debian packages, cargo-deny, the fuzzer)
	scripts/setup --all

run: ## start Stead on http://127.0.0.1:8080, everything embedded in ./data
	cargo run -p stead-server --bin stead -- serve

check: ## formatting, clippy, layers, dependencies
	scripts/check

test: ## every test, on SQLite and on a throw-away Postgres
	scripts/test

openapi: ## write openapi/stead.json anew from the handlers
	scripts/openapi

bench: ## measure: this machine's floors, and what Stead makes of them, on both databases
	cargo build --release -p stead-server --bin stead
	scripts/postgres cargo run --release -p stead-bench

bench-retrieval: ## how good search by words, by meaning and by both is on real chat (CHAT=folder of logs)
	scripts/postgres cargo run -p stead-bench --bin stead-bench-retrieval -- $(CHAT)

chaos: ## kill -9 the server at random moments, 200 times on each database
	STEAD_TEST_CHAOS_ROUNDS=200 scripts/postgres cargo test -p stead-server --test main chaos:: -- --nocapture --test-threads=1

leaks: ## 10,000 random sequences of what people do, on each database: nobody is told what they may not read
	STEAD_TEST_LEAK_CASES=10000 scripts/postgres cargo test -p stead-server --test main leaks::random -- --nocapture

fuzz-api: ## send the running binary what its document allows and what it does not, for a minute
	scripts/fuzz-api
