// Finding a context by a few letters of anything that is known of it.
import type { Context, EntryKind, OrphanReason, PlacedEntry, Reason, Snapshot } from "./bindings";

/** A context that was found, and how well it fits. */
interface Found {
  context: Context;
  fit: number;
  rank: number;
}

/**
 * The contexts that fit what is typed, the best first.
 *
 * Every word must be found in a name, cluster, user, namespace or server. Among equals those that were
 * current before lead, the latest first, then local ones, then the rest, each in the order of the files.
 * A single `-` is the context to go back to, as in a shell.
 */
export function found(snapshot: Snapshot, typed: string): Context[] {
  const { contexts, recentContexts } = snapshot;
  if (typed.trim() === "-") {
    return contexts.all.filter((context) => context.name === recentContexts[0]).slice(0, 1);
  }
  const words = split(typed);
  const recent = new Map(recentContexts.map((name, index) => [name, index]));
  const rank = (context: Context): number => {
    const before = recent.get(context.name);
    if (before !== undefined) return before;
    return recent.size + (context.localCluster === null ? 1 : 0);
  };
  return contexts.all
    .flatMap((context): Found[] => {
      const fit = fits(context, words);
      return fit === null ? [] : [{ context, fit, rank: rank(context) }];
    })
    .sort((one, other) => other.fit - one.fit || one.rank - other.rank)
    .map(({ context }) => context);
}

/** Whether a context fits what is typed. */
export const matches = (context: Context, typed: string): boolean => fits(context, split(typed)) !== null;

const split = (typed: string): string[] => typed.toLowerCase().split(/\s+/).filter(Boolean);

/** How well a context fits all the words; none if it does not. The name counts most. */
function fits(context: Context, words: string[]): number | null {
  const name = context.name.toLowerCase();
  const rest = [context.namespace, context.cluster, context.user, context.server].join("\n").toLowerCase();
  let sum = 0;
  for (const word of words) {
    const fit = inName(name, word) ?? (rest.includes(word) ? 1 : null);
    if (fit === null) return null;
    sum += fit;
  }
  return sum;
}

/** The whole name, its beginning, the beginning of a part of it, anywhere in it. */
function inName(name: string, word: string): number | null {
  if (name === word) return 5;
  const at = name.indexOf(word);
  if (at < 0) return null;
  if (at === 0) return 4;
  const parts = name.split(/[^a-z0-9]+/);
  return parts.some((part) => part.startsWith(word)) ? 3 : 2;
}

/** Why a context is to be handled with care, as the end of a sentence. */
export function reasonWords(reason: Reason): string {
  switch (reason.kind) {
    case "chosen":
      return "you marked it";
    case "rule":
      return `it matches your rule \`${reason.pattern}\``;
    case "word":
      return `it has the word \`${reason.word}\``;
  }
}

/** Whether nothing but the word in its name protects a context, and another name has it no more. */
export function protectedByName(context: Context, reason: Reason, name: string): boolean {
  if (reason.kind !== "word") return false;
  const has = (text: string | null): boolean =>
    text?.toLowerCase().includes(reason.word.toLowerCase()) ?? false;
  const { cluster, user, namespace, server } = context;
  return !has(name) && ![cluster, user, namespace, server].some(has);
}

/** Why a context can never become the current one; none where it can. */
export const whyNotUsable = (context: Context): string | null =>
  context.extra === true ? "kubectl does not read its file: import it, or open a shell in it" : null;

/** Whether the cluster of ours that a context leads to was looked for and is not there. */
export function isGone(context: Context, snapshot: Snapshot): boolean {
  const { localCluster } = context;
  return (
    localCluster !== null &&
    snapshot.engine.status.kind === "ready" &&
    !snapshot.clusters.some((cluster) => cluster.name === localCluster) &&
    !snapshot.operations.some((operation) => operation.cluster === localCluster)
  );
}

/** Why a context cannot work, with its line; none where it can. */
export const brokenWords = ({ problem }: Context): string | null =>
  problem ? problem.message + (problem.line === null ? "" : `, line ${problem.line}`) : null;

/** Whether the cluster of ours that a context leads to is on this machine and runs. */
export const runsHere = ({ localCluster }: Context, { clusters }: Snapshot): boolean =>
  clusters.some(({ name, state }) => name === localCluster && (state === "running" || state === "degraded"));

/** Contexts as entries with names that no other can be given. */
export const taken = (contexts: Context[]): PlacedEntry[] =>
  contexts.map(({ name, file }) => ({ kind: "context", name, file }));

/** Why an entry cannot be called so, in the words in which the app would refuse it; none if it can. */
export function nameProblem(kind: EntryKind, name: string, taken: PlacedEntry[]): string | undefined {
  if (name === "") return "An entry needs a name.";
  const holder = taken.find((entry) => entry.kind === kind && entry.name === name);
  return holder && `\`${holder.file}\` has a ${kind} \`${name}\` already.`;
}

/** A name like another that is free. */
export function nameLike(name: string, taken: PlacedEntry[]): string {
  for (let number = 1; ; number += 1) {
    const like = number === 1 ? `${name}-copy` : `${name}-copy-${number}`;
    if (!taken.some((entry) => entry.name === like)) return like;
  }
}

/** Where a context is exported to if nothing else is said. */
export const exportPath = (name: string): string =>
  `~/${name.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "") || "context"}.kubeconfig`;

/** Why an entry can go, as the end of a sentence. */
export function orphanWords(reason: OrphanReason): string {
  switch (reason.kind) {
    case "unused":
      return "no context uses it";
    case "noCluster":
      return "its cluster entry is missing";
    case "noUser":
      return "its user entry is missing";
    case "clusterGone":
      return `the cluster \`${reason.cluster}\` is gone`;
  }
}
