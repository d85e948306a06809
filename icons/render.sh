#!/usr/bin/env bash
# Renders the drawings of `svg/` into the PNGs, the .ico and the .icns that the app embeds and ships.
# The results are committed: only whoever changes a drawing runs this.
# Needs rsvg-convert (Debian: librsvg2-bin), and npx for the .ico and .icns.
set -euo pipefail
cd "$(dirname "$0")"

# render NAME SIZE OUTPUT [STYLESHEET]
render() {
  rsvg-convert --width "$2" --height "$2" ${4:+--stylesheet "$4"} --output "$3" "svg/$1.svg"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# macOS recolours template images by itself and looks at nothing but their alpha.
echo '[fill^="#"]:not([fill="#fff"]):not([fill="#000"]) { fill: #000 } [stroke="#8b929c"] { stroke: #000 }
.paint { display: none }' >"$scratch/template.css"

for state in {,protected-}{idle,busy,degraded,away}; do
  for size in 16 22 24 32 48 64; do
    render "tray-$state" "$size" "tray/$state-$size.png"
  done
  render "tray-$state" 44 "tray/$state-template.png" "$scratch/template.css"
done

for dot in ready busy degraded paused off; do
  render "dot-$dot" 16 "menu/$dot.png"
  render "dot-$dot" 32 "menu/$dot@2x.png"
done

for size in 32 64 128 256 512; do
  render app "$size" "app/$size.png"
done
render app 1024 "$scratch/app.png"
npx --yes @tauri-apps/cli@2.12 icon "$scratch/app.png" --output "$scratch/bundle" >/dev/null
cp "$scratch/bundle/icon.ico" "$scratch/bundle/icon.icns" app/
