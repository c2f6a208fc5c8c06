# The front door. Everything real is in tools/, CMakePresets.json and ctest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | \
	  awk -F'|' '{ printf "  make %-20s %s\n", $$1, $$2 }'

setup: ## put everything needed on this machine (Debian packages, libduckdb, the demo's data)
	@tools/setup
