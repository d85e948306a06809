// What is said of an operation, and how far it is.
import type { Operation, Snapshot, Step, Verb } from "./bindings";

const WORDS: Record<Verb, { doing: string; done: string; bare: string }> = {
  create: { doing: "Creating", done: "Created", bare: "create" },
  start: { doing: "Starting", done: "Started", bare: "start" },
  stop: { doing: "Stopping", done: "Stopped", bare: "stop" },
  restart: { doing: "Restarting", done: "Restarted", bare: "restart" },
  pause: { doing: "Pausing", done: "Paused", bare: "pause" },
  resume: { doing: "Resuming", done: "Resumed", bare: "resume" },
  delete: { doing: "Deleting", done: "Deleted", bare: "delete" },
};

/** Whether it still works. */
export function isRunning(operation: Operation): boolean {
  return operation.state.kind === "running" || operation.state.kind === "undoing";
}

/** What it does or did, in one or two words: "Creating", "Cleaning up", "Created". */
export function word(operation: Operation): string {
  const words = WORDS[operation.verb];
  switch (operation.state.kind) {
    case "running":
      return words.doing;
    case "undoing":
      return "Cleaning up";
    case "done":
      return words.done;
    case "cancelled":
      return `Cancelled: ${words.bare}`;
    case "failed":
      return `Could not ${words.bare}`;
  }
}

/** The step under way, the last one begun where there are several. */
export function currentStep(operation: Operation): Step | null {
  return operation.steps.findLast((step) => step.state.kind === "running") ?? null;
}

/** The share that is over, 0 to 1; null before its steps are known. */
export function fraction(operation: Operation): number | null {
  if (operation.steps.length === 0) return null;
  const over = operation.steps.map(({ state }) => {
    switch (state.kind) {
      case "done":
      case "skipped":
      case "failed":
        return 1;
      case "running":
        return state.fraction ?? 0;
      case "waiting":
        return 0;
    }
  });
  return over.reduce<number>((sum, share) => sum + share, 0) / over.length;
}

/** What a screen reader is told about the change from one snapshot to the next; empty for nothing. */
export function announcement(before: Snapshot | null, now: Snapshot): string {
  const said = now.operations.flatMap((operation) => {
    const earlier = before?.operations.find((other) => other.id === operation.id);
    // What had ended before anyone looked is no news.
    if (!earlier && (before === null || !isRunning(operation))) return [];
    if (earlier?.state.kind !== operation.state.kind) return [`${word(operation)} ${operation.cluster}`];
    const step = currentStep(operation);
    if (!step || step.label === currentStep(earlier)?.label) return [];
    return [`${operation.cluster}: ${step.label}`];
  });
  return said.join(". ");
}
