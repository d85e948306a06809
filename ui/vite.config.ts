// Builds the window into `dist`, which the desktop app embeds; also the set-up of the unit tests.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // The app serves its files from a scheme of its own, so that no path may begin at a host's root.
  base: "./",
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    target: ["safari16", "chrome111"],
    // An inlined asset is a `data:` URL, which the content security policy does not let through.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ["index.html", "palette.html"] },
    // The polyfill only adds code: every supported webview knows module preloading.
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/fixtures/setup.ts"],
    restoreMocks: true,
    // Far beyond what any of them takes: a busy machine is not a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
