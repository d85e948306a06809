// The one reactive snapshot. It is never changed here, only replaced by a newer one.
import type { Backend, Unsubscribe } from "./backend";
import type { Snapshot } from "./bindings";

/** The newest snapshot that arrived. */
export class Latest {
  #snapshot = $state.raw<Snapshot | null>(null);

  /** The snapshot; none until the first has arrived. */
  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  /** Takes a snapshot, unless a newer one is known. */
  accept(snapshot: Snapshot): void {
    if (this.#snapshot === null || snapshot.revision > this.#snapshot.revision) this.#snapshot = snapshot;
  }

  /**
   * Follows a backend: subscribes first and fetches then, so that no snapshot falls between the two.
   * Rejects with a `Problem` where the first one cannot be had.
   */
  async follow(backend: Backend): Promise<Unsubscribe> {
    const unsubscribe = await backend.onSnapshot((snapshot) => this.accept(snapshot));
    try {
      this.accept(await backend.snapshot());
    } catch (refusal) {
      unsubscribe();
      throw refusal;
    }
    return unsubscribe;
  }
}
