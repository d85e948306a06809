// Contexts looked after in the window: what is asked, what is refused beside the field, what then happens.
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import App from "../../App.svelte";
import { RecordedBackend } from "../../fixtures/backend";
import { full, PRODUCTION } from "../../fixtures/snapshots";
import type { Problem, Snapshot } from "../../lib/bindings";

const FILE = "/home/ada/.kube/config";

async function open(change: (backend: RecordedBackend) => void = () => undefined): Promise<RecordedBackend> {
  const backend = new RecordedBackend(full, { kind: "contexts" });
  change(backend);
  render(App, { backend });
  await screen.findByRole("heading", { level: 1, name: "Contexts" });
  return backend;
}

async function choose(context: string, what: string): Promise<void> {
  await userEvent.click(screen.getByRole("button", { name: `Actions on ${context}` }));
  await userEvent.click(screen.getByRole("menuitem", { name: what }));
}

/** A command rejects with a plain value; there is no Error on the other side. */
const reject = (changes: Partial<Problem>): never => {
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  throw { what: "Could not", causes: [], hint: null, code: "other", log: [], ...changes } satisfies Problem;
};

test("the menu is walked by arrows and letters, and Escape leads back to its button alone", async () => {
  await open();
  const button = screen.getByRole("button", { name: "Actions on staging" });
  button.focus();
  await userEvent.keyboard("{ArrowDown}");
  const focused = (): string => document.activeElement?.textContent.trim() ?? "";
  const walked = [focused()];
  for (const key of ["{ArrowDown}", "{End}", "{ArrowDown}", "{ArrowUp}", "r", "{Home}"]) {
    await userEvent.keyboard(key);
    walked.push(focused());
  }
  expect(walked).toEqual([
    "Open shell here",
    "Copy export line",
    "Delete…",
    "Open shell here",
    "Delete…",
    "Rename…",
    "Open shell here",
  ]);
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(button).toHaveFocus();
  expect(screen.getByRole("heading", { level: 1, name: "Contexts" })).toBeVisible();
});

test("what needs no question is asked of the app at once", async () => {
  const backend = await open();
  await choose("staging", "Open shell here");
  await choose("staging", "Copy export line");
  expect(await screen.findByText(/is copied: paste it into a terminal/)).toBeVisible();
  await choose("staging", "Protect");
  await choose(PRODUCTION, "Unprotect");
  expect(backend.actions).toEqual([
    "open-shell:staging",
    "copy-scoped:staging",
    "protect:staging",
    `unprotect:${PRODUCTION}`,
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Actions on k3d-dev" }));
  expect(screen.queryByRole("menuitem", { name: "Protect" })).toBeNull();
});

test("a new name is refused beside the field in the words of the app, and else taken", async () => {
  const backend = await open();
  await choose("staging", "Rename…");
  const dialog = screen.getByRole("dialog", { name: "Rename staging" });
  const name = within(dialog).getByLabelText("New name");
  expect(name).toHaveFocus();
  await userEvent.clear(name);
  expect(name).toHaveAccessibleDescription("An entry needs a name.");
  await userEvent.type(name, "k3d-dev");
  expect(name).toHaveAccessibleDescription(`${FILE} has a context k3d-dev already.`);
  expect(within(dialog).getByRole("button", { name: "Rename" })).toBeDisabled();
  await userEvent.type(name, "-2{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(backend.kubeconfig.changes).toEqual([["rename", "staging", "k3d-dev-2"]]);
});

test("a duplicate is offered a free name", async () => {
  const backend = await open();
  await choose("staging", "Duplicate…");
  expect(screen.getByLabelText("New name")).toHaveValue("staging-copy");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(backend.kubeconfig.changes).toEqual([["duplicate", "staging", "staging-copy"]]);
});

test("a deletion says what goes and what stays, and waits at Cancel", async () => {
  const backend = await open(({ kubeconfig }) => {
    kubeconfig.going = [
      { kind: "context", name: "staging", file: FILE },
      { kind: "user", name: "ada", file: "/home/ada/.kube/people" },
    ];
  });
  await choose("staging", "Delete…");
  const dialog = screen.getByRole("dialog", { name: /^Delete staging/ });
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
  expect(await within(dialog).findByText("the user", { exact: false })).toHaveTextContent(
    "the user ada of /home/ada/.kube/people",
  );
  expect(dialog).toHaveTextContent(`The context goes from ${FILE}.`);
  expect(dialog).toHaveTextContent("Its cluster stays: other contexts use it.");
  expect(dialog).toHaveTextContent("This can be undone.");
  await userEvent.click(within(dialog).getByRole("checkbox"));
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete context" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(backend.kubeconfig.changes).toEqual([["remove", "staging", false]]);
});

test("an export tells where it is, and replaces a file only when that is asked for", async () => {
  const backend = await open();
  await choose(PRODUCTION, "Export…");
  const path = screen.getByLabelText("File");
  const usual = "~/arn-aws-eks-eu-west-1-123456789012-cluster-payments-production.kubeconfig";
  expect(path).toHaveValue(usual);
  await userEvent.clear(path);
  await userEvent.type(path, "~/there");
  backend.kubeconfig.answer = () => reject({ what: "Could not export", code: "name-taken" });
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Could not export");
  backend.kubeconfig.answer = () => undefined;
  await userEvent.click(screen.getByRole("button", { name: "Replace the file" }));
  expect(await screen.findByText(/Written to/)).toHaveTextContent("Written to /home/ada/there");
  expect(backend.kubeconfig.changes).toEqual([
    ["export", PRODUCTION, "~/there", false],
    ["export", PRODUCTION, "~/there", true],
  ]);
});

test("entries that lead nowhere are counted, and go as far as they are ticked", async () => {
  const left = [
    {
      kind: "context" as const,
      name: "k3d-dev",
      file: FILE,
      line: 7,
      reason: { kind: "noCluster" as const },
    },
    { kind: "user" as const, name: "old", file: FILE, line: 12, reason: { kind: "unused" as const } },
  ];
  const backend = await open(({ kubeconfig }) => {
    kubeconfig.left = left;
  });
  await userEvent.click(await screen.findByRole("button", { name: "Clean up… (2)" }));
  const items = await screen.findAllByRole("listitem");
  const shown = items.filter((item) => within(item).queryByRole("checkbox") !== null);
  expect(shown.map((item) => item.textContent.trim().replace(/\s+/g, " "))).toEqual([
    "context k3d-dev its cluster entry is missing line 7",
    "user old no context uses it line 12",
  ]);
  expect(screen.getByText(/The current context is among them/)).toBeVisible();
  await userEvent.click(screen.getByRole("checkbox", { name: "context k3d-dev" }));
  await userEvent.click(screen.getByRole("button", { name: "Remove 1 entry" }));
  await waitFor(() => expect(backend.kubeconfig.changes).toEqual([["cleanUp", [left[1]]]]));
});

test("a context that kubectl does not read cannot be used, and says why", async () => {
  const all = full.contexts.all.map((context) =>
    context.name === "staging" ? { ...context, extra: true } : context,
  );
  await open((backend) => backend.send({ ...full, contexts: { ...full.contexts, all } }));
  const use = screen.getByRole("button", { name: "Use staging" });
  expect(use).toBeDisabled();
  expect(use).toHaveAttribute("title", "kubectl does not read its file: import it, or open a shell in it");
});

test("a rename says when the name alone protected the context", async () => {
  const named = {
    ...full.contexts.all[0],
    name: "live",
    cluster: "c1",
    user: "u",
    namespace: null,
    server: null,
  };
  const all = [...full.contexts.all, named] as Snapshot["contexts"]["all"];
  const protectedNow = { ...full.protected, live: { kind: "word", word: "live" } as const };
  await open((backend) =>
    backend.send({ ...full, contexts: { ...full.contexts, all }, protected: protectedNow }),
  );
  await choose("live", "Rename…");
  const dialog = screen.getByRole("dialog");
  const words = /is protected by its name alone/;
  expect(within(dialog).queryByText(words)).toBeNull();
  await userEvent.clear(within(dialog).getByRole("textbox"));
  await userEvent.type(within(dialog).getByRole("textbox"), "olive");
  expect(within(dialog).queryByText(words)).toBeNull();
  await userEvent.type(within(dialog).getByRole("textbox"), "{Backspace}{Backspace}");
  expect(dialog).toHaveTextContent(words);
});
