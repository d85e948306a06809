// The tests in a real browser: they drive Chromium themselves, so they run in plain Node.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.e2e.ts"],
    // A browser on a busy machine: far beyond what any of them takes.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
