// The offer to take back what was just changed in the kubeconfig. It stands until anything else changes.
//
// Whoever changes the kubeconfig in the window does it through the offer that `App` hands down and shows:
// `await request.run("rename", () => offer.after(() => backend.kubeconfig.rename(from, to)))`.
import type { KubeconfigBackend } from "./backend";
import type { Version } from "./bindings";

/** The latest change of the window, while it can be taken back with one press. */
export class Offer {
  #kubeconfig: KubeconfigBackend;
  #version = $state.raw<Version | null>(null);

  constructor(kubeconfig: KubeconfigBackend) {
    this.#kubeconfig = kubeconfig;
  }

  /** The change; none where there is nothing to offer. */
  get version(): Version | null {
    return this.#version;
  }

  /** Whether taking it back brings back what was undone. */
  get isUndo(): boolean {
    return this.#version?.by.kind === "k3tray" && this.#version.by.deed.kind === "undo";
  }

  /** Makes a change, and offers to take it back if it changed anything. Rejects as the change does. */
  async after(change: () => Promise<unknown>): Promise<void> {
    const before = await this.#newest();
    await change();
    const now = await this.#newest();
    const made = before !== undefined && now?.by.kind === "k3tray" && now.id !== before?.id;
    this.#version = made ? now : null;
  }

  /** Takes the change back, and offers to take that back in turn. */
  async takeBack(): Promise<void> {
    const version = this.#version;
    if (version === null) return;
    // What was undone is not undone again by undoing, but by putting back what the undoing found.
    await this.after(() => (this.isUndo ? this.#kubeconfig.restore(version.id) : this.#kubeconfig.undo()));
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

  /** The latest change; undefined where that cannot be learnt, which is no reason to fail a change. */
  async #newest(): Promise<Version | null | undefined> {
    try {
      return (await this.#kubeconfig.history())[0] ?? null;
    } catch {
      return undefined;
    }
  }
}
