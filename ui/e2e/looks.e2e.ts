// Every scene, light and dark and in the smallest window: no error, no violated policy, nothing that
// sticks out sideways, nothing a screen reader or weak eyes could not use. Each leaves a picture.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";

import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { scenes } from "../src/fixtures/scenes";
import { bench, open, PICTURES, type Bench, type Look } from "./browser";

let the: Bench;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  the = await bench();
});
afterAll(() => the.close());

const looks: Look[] = Object.keys(scenes).flatMap((scene) => [
  { scene, scheme: "light" as const },
  { scene, scheme: "dark" as const },
  { scene, scheme: "light" as const, width: 640, height: 480 },
]);

describe("every scene", () => {
  test.each(looks)("looks right: $scene, $scheme, width $width", async (look) => {
    const { page, errors, close } = await open(the, look);
    // Checks of a form come a moment after typing rests; the picture waits for the slowest of them.
    if (look.scene.startsWith("new-cluster")) await page.getByPlaceholder("calm-otter").waitFor();
    if (look.scene === "connecting") {
      await page.waitForFunction(() => {
        const text = document.querySelector("main [role=status]");
        return text !== null && getComputedStyle(text).opacity === "1";
      });
    }
    if (look.scene === "settings") await page.getByRole("button", { name: "Save" }).waitFor();
    if (look.scene === "details") await page.getByRole("log").waitFor();
    if (look.scene === "refused") {
      await page.getByRole("button", { name: "Stop", exact: true }).first().click();
      await page.getByRole("alert").waitFor();
    }
    if (look.scene === "contexts-locked") {
      await page.getByRole("button", { name: "Use staging" }).click();
      await page.getByRole("button", { name: "Remove the lock" }).waitFor();
    }
    if (look.scene.startsWith("history") && look.scene !== "history-empty") {
      await page.getByText("@@ -").first().waitFor();
    }
    if (look.scene === "history-ask") {
      await page.getByRole("button", { name: "Restore…" }).click();
      await page.getByRole("dialog").getByText("is protected").waitFor();
    }
    if (look.scene.startsWith("palette")) await page.getByRole("option").first().waitFor();
    if (look.scene === "palette-namespace") {
      await page.keyboard.press("Tab");
      await page.getByRole("option", { name: "kube-public" }).waitFor();
    }
    if (look.scene === "namespace") {
      await page.getByRole("button", { name: "List namespaces" }).click();
      await page.getByRole("option").first().waitFor();
    }
    if (/^contexts-(checked|expiring)$/.test(look.scene)) {
      await page
        .getByText(/Reachable|refused/)
        .first()
        .waitFor();
    }
    if (look.scene === "palette-refused") {
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
    }
    if (look.scene === "import") {
      await page.getByLabel("Kubeconfig file").fill("~/Downloads/eu.yaml");
      await page.keyboard.press("Enter");
      await page.getByRole("list", { name: "Entries" }).waitFor();
    }
    if (look.scene === "clean-up") await page.getByRole("button", { name: "Remove 4 entries" }).waitFor();
    const size = look.width === undefined ? "" : `-${look.width}`;
    await page.screenshot({ path: resolve(PICTURES, `${look.scene}-${look.scheme ?? "light"}${size}.png`) });

    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    // What a narrow window changes is its arrangement alone.
    if (look.width === undefined) expect(await accessibility(page)).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});

const dialogs = ["Rename…", "Duplicate…", "Export…", "Delete…"];
const looked = (["light", "dark"] as const).flatMap((scheme) =>
  ["", ...dialogs].map((deed) => ({ scheme, deed })),
);

describe("what can be done with a context", () => {
  test.each(looked)("looks right: $deed, $scheme", async ({ scheme, deed }) => {
    const { page, errors, close } = await open(the, { scene: "contexts", scheme });
    await page.getByRole("button", { name: "Actions on staging" }).click();
    if (deed === "") await page.getByRole("menu").waitFor();
    else await page.getByRole("menuitem", { name: deed }).click();
    if (deed === "Delete…") await page.getByRole("checkbox").waitFor();
    else if (deed !== "") await page.getByRole("dialog").waitFor();
    const name = deed === "" ? "menu" : deed.toLowerCase().replace("…", "");
    await page.screenshot({ path: resolve(PICTURES, `context-${name}-${scheme}.png`) });
    expect(await accessibility(page)).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });
});

/** What stands between the page and a person who does not see or point well. */
async function accessibility(page: Page): Promise<{ id: string; where: string[] }[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>("axe.run()");
  return found.violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
}
