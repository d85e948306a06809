// The settings: what is typed reaches the app, what is wrong is said beside its field, and nothing is lost.
import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { preferred, RecordedBackend } from "../fixtures/backend";
import { careful } from "../fixtures/snapshots";
import type { Preferences } from "../lib/bindings";
import Settings from "./Settings.svelte";

/** The settings upon a recorded backend, once they are read. */
async function open(): Promise<{ backend: RecordedBackend; save: HTMLElement }> {
  const backend = new RecordedBackend(careful);
  render(Settings, { snapshot: careful, backend });
  return { backend, save: await screen.findByRole("button", { name: "Save" }) };
}

test("what is typed reaches the app, and then there is nothing left to save", async () => {
  const { backend, save } = await open();
  const user = userEvent.setup();
  expect(save).toBeDisabled();
  await user.click(screen.getByLabelText("Protect what sounds like production"));
  await user.click(screen.getByRole("button", { name: "Remove rule 1" }));
  await user.click(screen.getByRole("button", { name: "Add a rule" }));
  expect(screen.getByLabelText("Pattern of rule 2")).toHaveFocus();
  await user.keyboard("shop-?");
  await user.click(screen.getByLabelText("Go back by itself"));
  await user.type(screen.getByLabelText("Kubeconfig"), "~/.kube/work");
  await user.click(screen.getByRole("button", { name: "Add a folder" }));
  await user.keyboard("~/more");
  await user.type(screen.getByLabelText("Terminal"), "kitty");
  await user.click(save);
  const expected: Preferences = {
    kubeconfig: "~/.kube/work",
    folders: ["/home/ada/.kube/clusters", "~/more"],
    terminal: "kitty",
    usualWords: false,
    rules: [
      { of: "server", pattern: "*.bank.example" },
      { of: "name", pattern: "shop-?" },
    ],
    returnAfterMinutes: null,
  };
  await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Saved"));
  expect(backend.preferred).toEqual(expected);
  expect(save).toBeDisabled();
});

test("what is wrong is said beside its field, which has the focus then, and all that was typed stays", async () => {
  const { backend, save } = await open();
  backend.keep = () => {
    // As a command rejects: with a plain value.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw {
      kind: "fields",
      problems: [{ field: { kind: "folder", index: 0 }, message: "There is no folder `/nowhere`." }],
    };
  };
  const user = userEvent.setup();
  const folder = screen.getByLabelText("Folder 1");
  await user.clear(folder);
  await user.type(folder, "/nowhere");
  await user.click(save);
  await waitFor(() => expect(folder).toHaveFocus());
  expect(folder).toBeInvalid();
  expect(folder).toHaveAccessibleDescription(/^There is no folder \/nowhere/);
  expect(folder).toHaveValue("/nowhere");
  expect(screen.getByLabelText("Pattern of rule 1")).toBeValid();
  expect(backend.preferred).toBe(preferred);
  expect(save).toBeEnabled();
});

test("settings that cannot be read are a problem and no empty form", async () => {
  const backend = new RecordedBackend(careful);
  backend.preferences = () =>
    Promise.reject(
      Object.assign(new Error(), {
        what: "Could not read the settings",
        causes: ["`/home/ada/.config/k3tray/settings.json` is broken"],
        hint: "Correct or remove it.",
        code: "other",
        log: [],
      }),
    );
  render(Settings, { snapshot: careful, backend });
  expect(await screen.findByRole("alert")).toHaveTextContent("Could not read the settings");
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});
