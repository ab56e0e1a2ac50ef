# Thin targets over SwiftPM and Scripts/. `make help` lists them.

NUMBERS := LinnetTensorsTests|LinnetLayersTests|LinnetModelsTests|LinnetGenerationTests|ParityTests

.PHONY: help deps build test test-processors quickstart lint format docs check-docs api-docs examples bench-finetune bench-generate bench-retrieval bench-tokenize test-minilm sizes

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' Makefile

deps: ## install the Debian packages that building and testing need
	@Scripts/install-dependencies

build: deps ## build the release binary: .build/release/linnet
	swift build --configuration release --product linnet

test: deps ## build and run all tests
	swift build --build-tests
	swift test --skip-build

test-processors: ## run the tests of numbers as processors without AVX-512, and without AVX2, compute them
	swift build --build-tests
	DNNL_MAX_CPU_ISA=AVX2 LINNET_ISA=avx2 swift test --skip-build --filter '$(NUMBERS)'
	DNNL_MAX_CPU_ISA=SSE41 LINNET_ISA=baseline swift test --skip-build --filter '$(NUMBERS)'

quickstart: ## install, build, fine-tune a classifier on bundled data, use it, and answer from the documentation
	@Scripts/quickstart

lint: ## check format and style of every Swift file, and the architecture
	swift format lint --strict --recursive --parallel Sources Tests Examples Package.swift
	@Scripts/check-architecture

format: ## format every Swift file
	swift format --in-place --recursive --parallel Sources Tests Examples Package.swift

docs: ## regenerate Documentation/Commands.md from the program
	swift build --product linnet
	.build/debug/linnet help --markdown > Documentation/Commands.md

check-docs: ## fail if Documentation/Commands.md is stale
	swift build --product linnet
	.build/debug/linnet help --markdown | diff -u Documentation/Commands.md - \
	    || { echo "Documentation/Commands.md is stale: run make docs" >&2; exit 1; }

api-docs: ## render the documentation of the library into .build/documentation
	@Scripts/documentation

examples: ## build the example package and run the program that needs no model
	swift build --package-path Examples
	Examples/.build/debug/SelfAttention

bench-finetune: build ## fine-tune beside the Hugging Face Trainer on this machine and print the ratios
	@Benchmarks/finetune/run

bench-generate: build ## generate and pretrain beside llama.cpp, transformers and PyTorch and print the ratios
	@Benchmarks/generate/run

bench-retrieval: build ## find, search and index beside sentence-transformers, bm25s, faiss and sqlite-vec and print the ratios
	@Benchmarks/retrieval/run

bench-tokenize: build ## tokenize 100 MB of English beside Hugging Face tokenizers and print the ratios
	@Benchmarks/tokenizing/run

test-minilm: build ## check the release binary on the real all-MiniLM-L6-v2; skipped where it cannot be had
	@Scripts/test-minilm

sizes: ## print the longest Swift and C files
	@find Sources Tests Examples -not -path '*/.build/*' \( -name '*.swift' -o -name '*.[ch]' \) -print0 \
	    | xargs -0 wc -l | grep -v ' total$$' | sort -rn | head -15
