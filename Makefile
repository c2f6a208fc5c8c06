# The front door. What is real stands in tools/, CMakePresets.json and ctest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo test check bench install uninstall package clean test-long

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | \
	  awk -F':[^#]*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

setup: ## put what is needed on this machine (Debian packages, libduckdb, the demo's data)
	@tools/setup

build: setup ## the dev build
	@cmake --preset dev
	@cmake --build --preset dev

demo: ## set up, build and tag 23,570 real customers
	@tools/demo

test: ## set up, build and run the default tests, plain and sanitized
	@tools/test

check: ## the loop before a commit: format, dev, asan, tidy on what changed
	@tools/check

install uninstall: PREFIX ?= /usr/local
install: setup ## the release build below PREFIX=/usr/local (DESTDIR= is put before it)
	@cmake --preset release
	@cmake --build --preset release --target tagsmith
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" tools/install

uninstall: ## remove what make install put below PREFIX
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" tools/install --remove

package: setup ## a tarball that runs where it is unpacked, and a .deb; build/package/
	@cmake --preset release
	@cmake --build --preset release --target tagsmith
	@tools/package

bench: USERS ?= 1000000
bench: ROUNDS ?= 3
bench: setup ## daily runs beside DuckDB's SQL (USERS=, ROUNDS=), and waiting times; benchmarks/RESULTS.md
	@cmake --preset release
	@cmake --build --preset release --target tagsmith
	@/usr/bin/python3 benchmarks/daily_runs.py build/release/src/system/app/tagsmith \
	  $${TAGSMITH_CACHE:-$$HOME/.cache/tagsmith}/deps/duckdb/lib/libduckdb.so \
	  --users $(USERS) --rounds $(ROUNDS) --write benchmarks/RESULTS.md
	@/usr/bin/python3 benchmarks/waiting_times.py build/release/src/system/app/tagsmith \
	  $${TAGSMITH_CACHE:-$$HOME/.cache/tagsmith}/data/cdnow/CDNOW_master.txt --write benchmarks/RESULTS.md

long-fresh: ## make demo, test, install and package in a bare Debian 12
long-tidy: ## clang-tidy on every file
long-tsan: ## the tests under the thread sanitizer
long-asan: ## the tests that the default run leaves out of asan
long-mutation: ## plausible slips in the product: each must be killed by a test
long-fuzz: ## every fuzzer, five minutes each
long-crash: ## 250 runs killed at random, and the power cut in 200 ways at every sync
long-differential: ## ten million cases through interpreter, engine and DuckDB
long-simulation: ## four thousand walks of runs, edits and faults beside a model, ten million decisions about jobs
long-%:
	@tools/long $*

test-long: ## all the long ones; each continues where it stopped
	@tools/long --all

clean: ## remove build/ (the caches in ~/.cache stay)
	@rm -rf build
