// The window by keyboard alone, and what it then asks of the app: command names and arguments as the
// app declares them.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";

import { draft } from "../src/fixtures/snapshots";
import { bench, open, type Bench } from "./browser";

let the: Bench;
beforeAll(async () => {
  the = await bench();
});
afterAll(() => the.close());

/** What was asked of the app, without what asks for no change. */
async function asked(page: Page): Promise<unknown[]> {
  const all = await page.evaluate<{ command: string; payload: unknown }[]>("asked");
  return all.filter(({ command }) => command === "perform" || command === "create_cluster");
}

test("a cluster is two keystrokes away: Ctrl+N, Enter", async () => {
  const { page, close } = await open(the, { scene: "clusters" });
  await page.keyboard.press("Control+n");
  await page.getByPlaceholder("calm-otter").waitFor();
  expect(await page.evaluate("document.activeElement.name")).toBe("name");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Clusters" }).waitFor();
  expect(await asked(page)).toEqual([
    { command: "create_cluster", payload: { draft: { ...draft, name: "calm-otter" } } },
  ]);
  await close();
});

test("a slash leads to the filter, Enter switches to the only match", async () => {
  const { page, close } = await open(the, { scene: "contexts" });
  await page.keyboard.press("/");
  await page.keyboard.type("gke");
  await page.getByText("k3d-merry-finch").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  expect(await asked(page)).toEqual([
    { command: "perform", payload: { action: "use-context:gke_acme_europe-west3_search" } },
  ]);
  await close();
});

test("of two thousand contexts those in sight are in the page, the last one among them once it is scrolled to", async () => {
  const { page, close } = await open(the, { scene: "contexts-many" });
  const inPage = (): Promise<number> => page.getByRole("listitem").count();
  expect(await inPage()).toBeLessThan(60);
  await page.keyboard.press("End");
  await page.evaluate("document.querySelector('main').scrollTop = 1e9");
  await page.getByText("cluster/team-1999").waitFor();
  expect(await inPage()).toBeLessThan(60);
  await page.keyboard.press("/");
  await page.keyboard.type("team-42");
  await page.getByText("cluster/team-421").waitFor();
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  expect(await asked(page)).toEqual([
    {
      command: "perform",
      payload: { action: "use-context:arn:aws:eks:eu-west-1:123456789012:cluster/team-421" },
    },
  ]);
  await close();
});

test("deleting waits at Cancel, and Escape is a no", async () => {
  const { page, close } = await open(the, { scene: "delete" });
  const dialog = page.getByRole("dialog", { name: "Delete dev?" });
  await dialog.waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent.trim() === "Cancel");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await asked(page)).toEqual([]);
  await close();
});

test("deleting takes one more step than asking", async () => {
  const { page, close } = await open(the, { scene: "delete" });
  await page.waitForFunction(() => document.activeElement?.textContent.trim() === "Cancel");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await asked(page)).toEqual([{ command: "perform", payload: { action: "delete:dev" } }]);
  await close();
});

test("Escape leads back from the details to the list", async () => {
  const { page, close } = await open(the, { scene: "details" });
  await page.getByRole("heading", { name: "dev" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Clusters" }).waitFor();
  await close();
});

test("the app can show another view", async () => {
  const { page, close } = await open(the, { scene: "clusters" });
  await page.evaluate('show({ kind: "newCluster" })');
  await page.getByRole("heading", { name: "New cluster" }).waitFor();
  await close();
});
