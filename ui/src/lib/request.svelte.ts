// One thing asked of the backend: whether it is on its way, and why it was refused.
import type { Problem } from "./bindings";
import { toProblem } from "./problem";

/** The state of whatever a button, or a row of buttons, asks for. */
export class Request {
  #busy = $state<string | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #last: (() => Promise<boolean>) | null = null;

  /** What is on its way; none if nothing is. */
  get busy(): string | null {
    return this.#busy;
  }

  /** Why the last one was refused. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** Asks, unless something is on its way already. Resolves to whether it was accepted. */
  async run(name: string, ask: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy !== null) return false;
    this.#busy = name;
    this.#last = () => this.run(name, ask);
    this.#problem = null;
    try {
      await ask();
      return true;
    } catch (rejection) {
      this.#problem = toProblem(rejection);
      return false;
    } finally {
      this.#busy = null;
    }
  }

  /** Asks for the last one again. What was to follow upon it does not. */
  again = async (): Promise<void> => {
    await this.#last?.();
  };

  /** Forgets why the last one was refused. */
  forget(): void {
    this.#problem = null;
  }
}
