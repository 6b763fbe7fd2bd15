# `make demo` starts the main job, `make test` passes the tests; both set up a fresh Debian 12 first.
.PHONY: demo test deps build format bench
jobs := $(shell nproc)

demo: build
	packaging/demo.sh

test: deps
	python3 tests/run.py

deps:
	@packaging/install-dependencies.sh

build: deps
	cmake --preset release
	cmake --build --preset release -j $(jobs) --target pyw

format:
	cmake/format.sh --fix

bench: build
	python3 bench/run.py
