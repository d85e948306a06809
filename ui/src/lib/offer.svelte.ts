// The offer to take back what was just changed in the kubeconfig. It stands until anything else changes.
//
// Views are handed `offer.kubeconfig` for the app's own. They change through it what they like and need
// to know no more: `App` shows the offer.
import type { KubeconfigBackend } from "./backend";
import type { Version } from "./bindings";

/** The latest change of the window, while it can be taken back with one press. */
export class Offer {
  #kubeconfig: KubeconfigBackend;
  #version = $state.raw<Version | null>(null);

  /** The same files; each change made through it is offered to be taken back. */
  readonly kubeconfig: KubeconfigBackend;

  constructor(kubeconfig: KubeconfigBackend) {
    this.#kubeconfig = kubeconfig;
    this.kubeconfig = {
      ...kubeconfig,
      undo: (version, confirmed) => this.#after(() => kubeconfig.undo(version, confirmed)),
      redo: (version, confirmed) => this.#after(() => kubeconfig.redo(version, confirmed)),
      restore: (version, confirmed) => this.#after(() => kubeconfig.restore(version, confirmed)),
      rename: (from, to) => this.#after(() => kubeconfig.rename(from, to)),
      duplicate: (from, to) => this.#after(() => kubeconfig.duplicate(from, to)),
      remove: (context, withUnused) => this.#after(() => kubeconfig.remove(context, withUnused)),
      setNamespace: (context, namespace) => this.#after(() => kubeconfig.setNamespace(context, namespace)),
      cleanUp: (orphans) => this.#after(() => kubeconfig.cleanUp(orphans)),
      import: (from, seen, choices) => this.#after(() => kubeconfig.import(from, seen, choices)),
    };
  }

  /** The change; none where there is nothing to offer. */
  get version(): Version | null {
    return this.#version;
  }

  /** What taking it back is. What was undone is not undone again, but done again. */
  get verb(): "undo" | "redo" {
    const undone = this.#version?.by.kind === "k3tray" && this.#version.by.deed.kind === "undo";
    return undone ? "redo" : "undo";
  }

  /**
   * Takes the change back, and offers to take that back in turn. One press confirms nothing: rejects as
   * `protected` where a protected context would become the current one.
   */
  async takeBack(): Promise<void> {
    const version = this.#version;
    if (version === null) return;
    await this.kubeconfig[this.verb](version.id, false);
  }

  /** Withdraws the offer if something else was changed since. */
  async look(): Promise<void> {
    const offered = this.#version;
    if (offered === null) return;
    const now = await this.#newest();
    if (this.#version === offered && now?.id !== offered.id) this.#version = null;
  }

  /** The person has seen it. */
  dismiss(): void {
    this.#version = null;
  }

  /** Makes a change, and offers to take it back if it changed anything. Rejects as the change does. */
  async #after(change: () => Promise<void>): Promise<void> {
    const before = await this.#newest();
    await change();
    const now = await this.#newest();
    const made = before !== undefined && now?.by.kind === "k3tray" && now.id !== before?.id;
    this.#version = made ? now : null;
  }

  /** The latest change; undefined where that cannot be learnt, which is no reason to fail a change. */
  async #newest(): Promise<Version | null | undefined> {
    try {
      return (await this.#kubeconfig.history())[0] ?? null;
    } catch {
      return undefined;
    }
  }
}
