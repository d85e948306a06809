// The time, for durations and ages. It ticks only while somebody reads it.
import { createSubscriber } from "svelte/reactivity";

/** A clock that tells the time anew every so many milliseconds. */
export class Clock {
  #subscribe: () => void;

  constructor(every: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, every);
      return () => clearInterval(timer);
    });
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

/** For durations of what is running. */
export const seconds = new Clock(1_000);

/** For ages. */
export const minutes = new Clock(30_000);
