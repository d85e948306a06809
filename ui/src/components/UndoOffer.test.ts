// The offer to take a change back: made once something changed, withdrawn at the next change.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { RecordedKubeconfig } from "../fixtures/backend";
import { ago, full } from "../fixtures/snapshots";
import type { Deed, Version } from "../lib/bindings";
import { Offer } from "../lib/offer.svelte";
import UndoOffer from "./UndoOffer.svelte";

const rename: Deed = { kind: "renameContext", from: "a", to: "b" };

/** Files whose every change is a version, as in the app. */
class Kept extends RecordedKubeconfig {
  override answer = (verb: string): void => {
    const id = this.versions.length + 1;
    if (verb === "rename") this.add({ kind: "k3tray", deed: rename });
    if (verb === "undo") this.add({ kind: "k3tray", deed: { kind: "undo", version: id - 1 } });
    if (verb === "redo") this.add({ kind: "k3tray", deed: { kind: "restore", version: id - 1 } });
  };

  add(by: Version["by"]): void {
    const id = this.versions.length + 1;
    this.versions = [
      { id, at: ago(0), by, files: ["/home/ada/.kube/config"], undone: false, putBack: false },
      ...this.versions,
    ];
  }
}

function open(): { kubeconfig: Kept; offer: Offer } {
  const kubeconfig = new Kept();
  const offer = new Offer(kubeconfig);
  render(UndoOffer, { offer, snapshot: full });
  return { kubeconfig, offer };
}

test("a change is told and taken back with one press, and that in turn", async () => {
  const { kubeconfig, offer } = open();
  await offer.kubeconfig.rename("a", "b");
  const status = screen.getByRole("status");
  expect(await screen.findByText(/Renamed/)).toBeVisible();
  expect(status).toHaveTextContent("Renamed a to b.");
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(status).toHaveTextContent("Undid change 1.");
  await userEvent.click(screen.getByRole("button", { name: "Redo" }));
  expect(status).toHaveTextContent("Restored the state before change 2.");
  expect(kubeconfig.changes).toEqual([
    ["rename", "a", "b"],
    ["undo", 1, false],
    ["redo", 2, false],
  ]);
});

test("Ctrl+Z accepts the offer", async () => {
  const { offer } = open();
  await offer.kubeconfig.rename("a", "b");
  await screen.findByText(/Renamed/);
  await userEvent.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText(/Undid/)).toBeVisible();
});

test("what changed nothing is not offered to be undone", async () => {
  const { kubeconfig, offer } = open();
  kubeconfig.add({ kind: "k3tray", deed: rename });
  await offer.kubeconfig.duplicate("a", "a");
  expect(screen.queryByRole("button")).toBeNull();
});

test("the offer goes with the next change, whoever makes it, and with nothing less", async () => {
  const { kubeconfig, offer } = open();
  await offer.kubeconfig.rename("a", "b");
  await offer.look();
  expect(await screen.findByRole("button", { name: "Undo" })).toBeVisible();
  kubeconfig.add({ kind: "anotherProgram" });
  await offer.look();
  expect(screen.queryByRole("button")).toBeNull();
});

test("an offer that cannot be kept says why, and can be put away", async () => {
  const { kubeconfig, offer } = open();
  await offer.kubeconfig.rename("a", "b");
  kubeconfig.answer = () => {
    throw new Error("it was changed again since");
  };
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It was changed again since");
  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByRole("alert")).toBeNull();
});
