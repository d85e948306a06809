# Each target installs what it needs first (scripts/setup); a second run finds it all there.

# One place for what `cargo` builds, so that no target undoes another's work.
CARGO_BUILD := cargo build --locked --workspace --all-targets

.PHONY: run test demo bench lint pictures package clean

## Builds and starts the app; without a display, the command line.
run:
	scripts/setup run
	scripts/run

## Builds everything and runs the whole suite: unit, property, engine and desktop tests.
test: build-tests
	tests/rig/with-engine scripts/suite

## Starts the app against an engine of its own with stand-in nodes: no internet, no cluster of yours touched.
demo: build-tests
	K3TRAY_TEST_ENGINE=private tests/rig/with-engine scripts/demo

## Measures k3tray beside raw Docker, kubectl (and k3d and kubectx, if on PATH) on the rig's engine, and the app on a
## virtual desktop.
bench:
	scripts/setup test
	npm run build --prefix ui
	cargo build --locked --release -p k3tray -p k3tray-desktop
	cargo bench --locked -p k3tray-tests --bench lifecycle --bench desktop --bench contexts --no-run
	tests/rig/programs
	tests/rig/with-engine scripts/bench

lint:
	scripts/setup lint
	cargo fmt --all --check
	npm run build --prefix ui
	cargo clippy --locked --workspace --all-targets -- -D warnings
	npm run check --prefix ui
	npm run lint --prefix ui

## Puts the pictures that the last `make test` took into the README.
pictures:
	cp target/artefacts/desktop/readme-tray.png target/artefacts/desktop/readme-window.png tests/pictures/

## A .deb and an .rpm with the app and the command line, in target/release/bundle.
package:
	scripts/setup package
	npx --yes @tauri-apps/cli@2.12.5 build --bundles deb,rpm

clean:
	scripts/clean

.PHONY: build-tests
build-tests:
	scripts/setup test
	npm run build --prefix ui
	$(CARGO_BUILD)
	tests/rig/programs
