# The AWS stack: its tests, its deployment, and the same deployment on this machine.
.PHONY: infra test-infra lint-templates test-deployed watch build bootstrap preflight deploy ship diff destroy page-back secret output cost smoke bench-cold

STAGE ?=
NAME ?=
# For another processor than this machine's: ARCH=arm64 or x86_64. A stage knows its own.
ARCH ?=
# Anything else `cdk` should hear, such as CDK_ARGS="-c logLevel=debug".
CDK_ARGS ?=
# Where a deployed stack is, and what prints a token for it.
WS_URL ?=
HTTP_URL ?=
TOKEN_CMD ?=
ROUNDS ?= 21
# `make destroy YES=1` does not ask.
YES ?=
FUNCTIONS := authorize connect default disconnect extract http
MINISTACK := target/ministack/bin/python
comma := ,
SCRIPT := cd infra/cdk && node --import tsx scripts

infra: infra/cdk/node_modules/.package-lock.json

infra/cdk/node_modules/.package-lock.json: infra/cdk/package.json infra/cdk/package-lock.json
	@$(MAKE) --no-print-directory tools
	cd infra/cdk && npm ci --no-audit --no-fund
	@touch $@

test-infra: infra lint-templates ## The AWS stack: settings, the template, what must not be in it
	cd infra/cdk && npm run --silent lint && npm run --silent typecheck && npm test --silent

# cfn-lint and checkov; pinned with hashes.
target/lint/bin/cfn-lint: infra/cdk/lint-requirements.txt $(MINISTACK)
	python3 -m venv --clear target/lint
	target/lint/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# W3005 is about dependencies that the CDK writes twice, which changes nothing. What checkov may find stands in checkov.yaml, with reasons.
lint-templates: infra target/lint/bin/cfn-lint ## The templates of dev and prod, as cfn-lint and checkov see them
	@for stage in dev prod; do \
		(cd infra/cdk && npx cdk synth --quiet --output ../../target/lint-$$stage -c stage=$$stage -c bootstraps=none -c alarmEmail=ops@company.example >/dev/null 2>&1) || { echo "the template of $$stage cannot be made: make diff STAGE=$$stage says why" >&2; exit 1; }; \
		target/lint/bin/cfn-lint --ignore-checks W3005 -- target/lint-$$stage/cyclesheet-$$stage.template.json; \
		target/lint/bin/checkov --config-file infra/cdk/checkov.yaml --file target/lint-$$stage/cyclesheet-$$stage.template.json; \
	done

# The emulator of AWS that the stack is deployed to; pinned with hashes.
$(MINISTACK): tests/deployed/requirements.txt
	$(call python_environment,target/ministack,The deployed tests need Python 3.10 or newer with venv$(comma) for MiniStack)

test-deployed: infra web build-debug $(MINISTACK) ## The whole stack, deployed to an emulator of AWS on this machine and used
	node --test --test-concurrency=1 tests/deployed/

# cargo-lambda serves and invokes functions here; without ziglang, which only builds for other processors need.
target/ministack/bin/cargo-lambda: tests/deployed/cargo-lambda.txt $(MINISTACK)
	target/ministack/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement $<
	@touch $@

watch: infra target/ministack/bin/cargo-lambda ## The functions behind a Runtime API on this machine, rebuilt as they change
	PATH="$(CURDIR)/target/ministack/bin:$$PATH" node tests/deployed/watch.mjs $(ARGS)

EVENT ?=
FIRST_default := default-hello
FIRST_http := http-cycles
FIRST_extract := extract-scheduler
invoke-%: infra target/ministack/bin/cargo-lambda ## Send an event file to a function under make watch (invoke-default EVENT=default-ping)
	@event=$$(node tests/deployed/event.mjs $(or $(EVENT),$(FIRST_$*),$*)); \
	PATH="$(CURDIR)/target/ministack/bin:$$PATH" cargo lambda invoke $* --invoke-address 127.0.0.1 --data-ascii "$$event"

# With a stage, for its processor; else for ARCH; else for this machine's.
build: tools ## The Lambda bootstraps, in target/lambda (STAGE=dev, or ARCH=arm64, or this machine's processor)
	@command -v zip >/dev/null 2>&1 || { echo "make build needs zip: install it (on Debian: sudo apt-get install zip), then run this again." >&2; exit 1; }
	@host=$$(uname -m | sed 's/aarch64/arm64/'); arch="$(ARCH)"; \
	if [ -n "$(STAGE)" ] && [ -z "$$arch" ]; then $(MAKE) --no-print-directory infra; arch=$$($(SCRIPT)/setting.ts "$(STAGE)" architecture $(CDK_ARGS)); fi; \
	arch=$${arch:-$$host}; \
	if command -v cargo-lambda >/dev/null 2>&1; then \
		case "$$arch" in arm64) target=--arm64;; *) target=--x86-64;; esac; \
		$(CARGO) lambda build --profile bootstrap $$target $(FUNCTIONS:%=--bin %); \
	elif [ "$$arch" = "$$host" ]; then \
		$(CARGO) build --profile bootstrap --bins $(FUNCTIONS:%=--package cyclesheet-%); \
		for name in $(FUNCTIONS); do mkdir -p target/lambda/$$name; cp target/bootstrap/$$name target/lambda/$$name/bootstrap; done; \
	else \
		echo "Building for $$arch on $$host needs cargo-lambda: pipx install cargo-lambda==1.9.2, then run this again. Or set the stage's architecture to $$host." >&2; exit 1; \
	fi
	@for name in $(FUNCTIONS); do (cd target/lambda/$$name && rm -f ../$$name.zip && zip -q -9 -X ../$$name.zip bootstrap); done; du -h --apparent-size target/lambda/*.zip

# In a folder without cdk.json: the CDK would otherwise run the stack's app, which wants a stage and built functions.
bootstrap: infra ## Prepare an account's region for CDK, once (STAGE=dev)
	@where=$$($(SCRIPT)/environment.ts "$(STAGE)" $(CDK_ARGS)); cd "$${TMPDIR:-/tmp}" && "$(CURDIR)/infra/cdk/node_modules/.bin/cdk" bootstrap "$$where"

preflight: infra ## Look at a stage and its account before anything is created (STAGE=dev)
	@$(SCRIPT)/preflight.ts "$(STAGE)" $(CDK_ARGS)

# Looked at first: nobody waits for a build to hear that they are not signed in.
deploy: preflight build web ## Deploy a stage to AWS and publish its page (STAGE=dev)
	@$(MAKE) --no-print-directory ship STAGE="$(STAGE)" CDK_ARGS='$(CDK_ARGS)'

# The second half of `deploy`, for a machine that was handed what another has built.
ship: infra ## Deploy and publish what is built already (STAGE=dev)
	cd infra/cdk && npx cdk deploy --require-approval never --outputs-file ../../target/outputs-$(STAGE).json -c stage=$(STAGE) $(CDK_ARGS)
	@$(SCRIPT)/publish.ts "$(STAGE)" $(CDK_ARGS)

# The template names what was built, so it is built before: what is shown is what a deployment would do.
diff: infra build ## What a deployment would change (STAGE=dev)
	cd infra/cdk && npx cdk diff -c stage=$(STAGE) $(CDK_ARGS)

# Nothing is taken away before everything is known to go: the stage is there and not protected, the person means it, and the
# stack is one that `cdk` can synthesize. The functions' code does not matter for that, so nothing is built.
destroy: infra ## Take a stage down, unless it is protected (STAGE=dev; YES=1 does not ask)
	@$(SCRIPT)/destroyable.ts "$(STAGE)" $(CDK_ARGS)
	@cd infra/cdk && npx cdk synth --quiet --output ../../target/destroy-$(STAGE) -c stage=$(STAGE) -c bootstraps=none $(CDK_ARGS)
	@if [ -z "$(YES)" ]; then read -r -p "Take down the stage $(STAGE), and empty the bucket of its page? (yes) " answer; [ "$$answer" = yes ]; fi
	@$(SCRIPT)/publish.ts "$(STAGE)" --empty $(CDK_ARGS)
	cd infra/cdk && npx cdk destroy --force --app ../../target/destroy-$(STAGE) "cyclesheet-$(STAGE)"

AT ?=

page-back: infra ## Put the page back to what it was at a moment (STAGE=prod AT=2026-11-30T08:00:00Z)
	@$(SCRIPT)/pageBack.ts "$(STAGE)" "$(AT)" $(CDK_ARGS)

output: infra ## Print one output of a deployed stage (STAGE=dev NAME=PageUrl)
	@$(SCRIPT)/output.ts "$(STAGE)" "$(NAME)" $(CDK_ARGS)

secret: infra ## Give a stage's secret its value, read from the terminal (STAGE=prod NAME=cohere, or NAME=teams/platform)
	@$(SCRIPT)/secret.ts "$(STAGE)" "$(NAME)" $(CDK_ARGS)

cost: infra ## What a month costs (ARGS="teams=20 room=8 hours=2 changes=1 presence=10")
	@$(SCRIPT)/cost.ts $(ARGS)

smoke: infra ## Two people in a deployed room: edit, see it, measure, clean up (STAGE=dev or WS_URL=… HTTP_URL=…, TOKEN_CMD=…)
	@ws="$(WS_URL)"; http="$(HTTP_URL)"; \
	if [ -n "$(STAGE)" ]; then ws=$${ws:-$$($(SCRIPT)/output.ts "$(STAGE)" SocketUrl $(CDK_ARGS))}; http=$${http:-$$($(SCRIPT)/output.ts "$(STAGE)" HttpUrl $(CDK_ARGS))}; fi; \
	token=$$($(value TOKEN_CMD)); \
	node tests/deployed/smoke.mjs "$$ws" "$$http" "$$token"

bench-cold: infra build ## Cold starts of the bootstraps, beside the same handler in Node (ROUNDS=21)
	node tests/cold/bench.mjs $(ROUNDS)
