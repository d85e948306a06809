// Which view is shown, and the way back.
import type { View } from "./bindings";

/** The views a person went through, the shown one last. */
export class Route {
  #past = $state.raw<View[]>([{ kind: "clusters" }]);

  /** The view that is shown. */
  get view(): View {
    return this.#past.at(-1) ?? { kind: "clusters" };
  }

  /** The view behind a question; else the shown one. */
  get ground(): View {
    return this.#past.findLast((view) => !isQuestion(view)) ?? { kind: "clusters" };
  }

  /** Shows a view. To show the clusters is to be home, from where no way leads back. */
  go(view: View): void {
    if (view.kind === "clusters") this.#past = [view];
    else if (!same(view, this.view)) this.#past = [...this.#past, view];
  }

  /** Shows the view before; at home it stays there. */
  back(): void {
    this.#past = this.#past.length > 1 ? this.#past.slice(0, -1) : [{ kind: "clusters" }];
  }
}

/** Whether it stands before another view and waits for an answer. */
export const isQuestion = (view: View): boolean => QUESTIONS.has(view.kind);

const QUESTIONS = new Set<View["kind"]>(["delete", "askContext", "namespace"]);

function same(one: View, other: View): boolean {
  const name = (view: View): string | null =>
    "name" in view ? view.name : "context" in view ? view.context : null;
  return one.kind === other.kind && name(one) === name(other);
}
