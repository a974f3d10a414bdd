# The front door. `make` lists what there is to do; each target is one or two lines that could be
# typed by hand.
#
#   DEPS=skip             install nothing (packages.txt lists what is needed)
#   BUDGET=quick|standard|full, OUT=DIR   of `make reproduce`
#   BENCH_DATA=SPEC      data whose loading and memory `make bench` measures
#   CMAKE_FLAGS=...       more flags for configuring
BUDGET ?= standard
BENCH_DATA ?= mnist
OUT ?= $(if $(filter standard,$(BUDGET)),study,study-$(BUDGET))
DEPS ?= install
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
CTEST = ctest --output-on-failure --parallel $(JOBS)

.PHONY: help deps deps-dev build reproduce test bench bench-ops bench-peers asan tsan format check clean

help:
	@echo "make build        build the program: build/elbo"
	@echo "make reproduce    the whole study into OUT=$(OUT), with BUDGET=$(BUDGET) (quick, standard, full)"
	@echo "make test         build and run the tests"
	@echo "make bench        how fast this machine trains and scores"
	@echo "make bench-ops    each operation timed by itself"
	@echo "make bench-peers  the same jobs in elbo and in PyTorch, in turn, and the ratio"
	@echo "make deps         install what packages.txt lists (the targets above do it as well)"
	@echo "make asan         the tests under the address and undefined-behaviour sanitizers"
	@echo "make tsan         the tests under the thread sanitizer"
	@echo "make format       lay out the sources with clang-format"
	@echo "make check        includes between folders, sizes of files, layout"
	@echo "make clean        remove the build folders"

deps:
	@DEPS=$(DEPS) sh scripts/install_packages.sh packages.txt
deps-dev:
	@DEPS=$(DEPS) sh scripts/install_packages.sh packages.txt packages-dev.txt

build: deps
	cmake --preset release $(CMAKE_FLAGS)
	cmake --build build --parallel $(JOBS) --target elbo_program

reproduce: build
	build/elbo reproduce --out $(OUT) --budget $(BUDGET)

test: deps-dev
	cmake --preset release -DELBO_BUILD_TESTS=ON $(CMAKE_FLAGS)
	cmake --build build --parallel $(JOBS)
	cd build && $(CTEST)

bench: build
	build/elbo bench --train $(BENCH_DATA)

bench-ops: deps-dev
	cmake --preset release -DELBO_BUILD_BENCHMARKS=ON $(CMAKE_FLAGS)
	cmake --build build --parallel $(JOBS) --target elbo_benchmarks
	build/benchmarks/elbo_benchmarks

bench-peers: build
	sh benchmarks/peers/run.sh

asan: deps-dev
	cmake --preset asan $(CMAKE_FLAGS)
	cmake --build --preset asan --parallel $(JOBS)
	cd build-asan && UBSAN_OPTIONS=print_stacktrace=1 $(CTEST)

tsan: deps-dev
	cmake --preset tsan $(CMAKE_FLAGS)
	cmake --build --preset tsan --parallel $(JOBS)
	cd build-tsan && TSAN_OPTIONS=ignore_noninstrumented_modules=1 $(CTEST)

format: deps-dev
	sh scripts/format.sh
check: deps-dev
	sh scripts/check_source.sh
	sh scripts/format.sh --check

clean:
	rm -rf build build-debug build-asan build-tsan
