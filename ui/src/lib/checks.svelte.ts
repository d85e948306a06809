// What the clusters behind contexts said when they were asked how they are, for as long as the window is open.
import { SvelteMap, SvelteSet } from "svelte/reactivity";

import type { Backend } from "./backend";
import type { ContextHealth, Problem, Snapshot } from "./bindings";
import type { Tone } from "./cluster";
import { count } from "./format";
import { toProblem } from "./problem";

/** The answers by context, and who is being asked. */
export class Checks {
  readonly #backend: Pick<Backend, "checkContext">;
  #answers = new SvelteMap<string, ContextHealth>();
  #asked = new SvelteSet<string>();
  #failure = $state.raw<Problem | null>(null);

  constructor(backend: Pick<Backend, "checkContext">) {
    this.#backend = backend;
  }

  /** What was answered; none where nobody was asked. */
  answer(context: string): ContextHealth | null {
    return this.#answers.get(context) ?? null;
  }

  /** Whether an answer is on its way. */
  isAsked(context: string): boolean {
    return this.#asked.has(context);
  }

  /** Whether anything is known of any of them, or will be. */
  get any(): boolean {
    return this.#answers.size + this.#asked.size > 0;
  }

  /** Why nobody could be asked. */
  get failure(): Problem | null {
    return this.#failure;
  }

  /** Asks the cluster behind a context, unless an answer is on its way. */
  async check(context: string, allowPrograms = false): Promise<void> {
    if (this.#asked.has(context)) return;
    this.#asked.add(context);
    this.#failure = null;
    try {
      this.#answers.set(context, await this.#backend.checkContext(context, allowPrograms));
    } catch (rejection) {
      this.#failure = toProblem(rejection, `Could not check \`${context}\``);
    } finally {
      this.#asked.delete(context);
    }
  }

  /** Asks those that the user wants asked whenever contexts are shown. */
  refresh(snapshot: Snapshot): void {
    const foreign = snapshot.contexts.all.filter((context) => context.localCluster === null);
    for (const { name } of foreign) {
      if (snapshot.checkedContexts.includes(name)) void this.check(name);
    }
  }
}

/** How a cluster is, in a tone and a few words each. */
export interface Words {
  tone: Tone;
  /** The first says whether it answers. */
  words: string[];
  /** What to do. */
  hint: string | null;
}

/** What an answer says. */
export function healthWords({ outcome }: ContextHealth): Words {
  if (outcome.kind === "failed") {
    const { causes, what, hint } = outcome.problem;
    return { tone: "degraded", words: [causes[0] ?? what], hint };
  }
  const { version, nodes, latencyMs } = outcome;
  const known = nodes.kind === "known";
  const told = known ? `${nodes.ready}/${nodes.all} ready` : nodes.reason;
  return {
    tone: known && nodes.ready < nodes.all ? "degraded" : "ready",
    words: ["reachable", ...(version === null ? [] : [version]), told, `${latencyMs} ms`],
    hint: null,
  };
}

/** A day in milliseconds, and how many of them before the end of credentials are a warning. */
const DAY = 24 * 60 * 60 * 1_000;
const SOON = 7;

/** When credentials end, and whether that is soon. */
export function expiryWords(expires: string, now: number): { words: string; soon: boolean } {
  const left = Date.parse(expires) - now;
  const days = Math.floor(left / DAY);
  if (left <= 0) return { words: "expired", soon: true };
  if (days < 1) return { words: "expires within a day", soon: true };
  return { words: `expires in ${count(days, "day")}`, soon: days < SOON };
}
