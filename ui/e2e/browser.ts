// Serves the window with its mock behind it, under the app's content security policy, to Chromium.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { chromium, type Browser, type Page } from "playwright-core";
import { build, preview, type PreviewServer } from "vite";

const UI = resolve(import.meta.dirname, "..");
const TARGET = resolve(UI, "../target");

/** Where pictures are kept. */
export const PICTURES = resolve(TARGET, "artefacts/ui");

/** At least as strict as the policy of the app. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

/** How long one step may take, in milliseconds: a busy machine is not a failure. */
const PATIENCE = 90_000;

/** A browser and the address of the window. */
export interface Bench {
  browser: Browser;
  address: string;
  close: () => Promise<void>;
}

/** Builds the window with its mock, serves it and starts the browser. */
export async function bench(): Promise<Bench> {
  const outDir = resolve(TARGET, "ui-e2e");
  const shared = { root: UI, configFile: false, base: "./", logLevel: "warn" } as const;
  await build({
    ...shared,
    plugins: [svelte()],
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: "esnext",
      rolldownOptions: { input: resolve(UI, "e2e/mock.html") },
    },
  });
  const server: PreviewServer = await preview({
    ...shared,
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0, headers: { "Content-Security-Policy": POLICY } },
  });
  const browser = await chromium.launch({
    executablePath: executable(),
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    timeout: PATIENCE,
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error("the preview server listens nowhere");
  return {
    browser,
    address,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

function executable(): string {
  const found = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined) {
    throw new Error("Chromium is missing: install it (Debian: `apt install chromium`) or set CHROMIUM to it");
  }
  return found;
}

/** How a page is to be looked at. */
export interface Look {
  scene: string;
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
}

/** A page in one scene, settled, and what went wrong in it so far. */
export async function open(
  { browser, address }: Bench,
  { scene, scheme = "light", width = 960, height = 640 }: Look,
): Promise<{ page: Page; errors: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE);
  // Browsers ask for one unbidden; webviews do not.
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  await page.goto(`${address}e2e/mock.html?scene=${scene}`);
  await page.locator("main h1").waitFor();
  return { page, errors, close: () => context.close() };
}
