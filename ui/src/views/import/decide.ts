// What is to become of the entries of an import, and whether that is decided well.
import type { Decision, ImportChoice, ImportEntry, ImportPlan } from "../../lib/bindings";
import { nameProblem } from "../../lib/contexts";

/** What is done with one entry; none where it has to be decided. */
export type Fate = "add" | "skip" | "replace" | "rename" | "same";

/** What was decided of one entry so far. */
export interface Choice {
  entry: ImportEntry;
  fate: Fate | null;
  /** The name it would be given. */
  to: string;
}

/** What there is to choose from, each as it is read. */
export const FATES: Record<ImportEntry["state"], Partial<Record<Fate, string>>> = {
  new: { add: "Add", rename: "Add under another name", skip: "Leave out" },
  conflict: { replace: "Replace", rename: "Add under another name", skip: "Keep what is there" },
  same: { same: "Nothing to do" },
};

/** Everything new is added; where there is something else already, a person decides. */
export function first(plan: ImportPlan): Choice[] {
  return plan.entries.map((entry) => ({
    entry,
    fate: entry.state === "new" ? "add" : entry.state === "same" ? "same" : null,
    to: `${entry.name}-2`,
  }));
}

/** Why the new name of an entry cannot be; none if it can, or none is asked for. */
export function renameProblem(choice: Choice, all: Choice[], plan: ImportPlan): string | undefined {
  if (choice.fate !== "rename") return undefined;
  const { kind } = choice.entry;
  const to = choice.to.trim();
  const twice = all.some(
    (other) =>
      other.entry !== choice.entry &&
      other.entry.kind === kind &&
      (other.entry.name === to || (other.fate === "rename" && other.to.trim() === to)),
  );
  if (to !== "" && twice) return `Another ${kind} here is called \`${to}\`.`;
  return nameProblem(kind, to, plan.taken);
}

/** The decisions as the app takes them. What is new and simply added needs none. */
export function decisions(all: Choice[]): ImportChoice[] {
  return all.flatMap(({ entry: { kind, name }, fate, to }): ImportChoice[] => {
    const decided = (decision: Decision): ImportChoice[] => [{ kind, name, decision }];
    switch (fate) {
      case "skip":
      case "replace":
        return decided({ kind: fate });
      case "rename":
        return decided({ kind: "rename", to: to.trim() });
      case "add":
      case "same":
      case null:
        return [];
    }
  });
}
