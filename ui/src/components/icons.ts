// The line drawings of the window, each a path in a square of 16 by 16.

/** Their paths. */
export const DRAWINGS = {
  clusters: "M2.5 4.5 8 2l5.5 2.5L8 7zM2.5 8 8 10.5 13.5 8M2.5 11.5 8 14l5.5-2.5",
  contexts: "M5 2.5v11M5 2.5 2.5 5M5 2.5 7.5 5M11 13.5v-11M11 13.5 8.5 11M11 13.5l2.5-2.5",
  keyboard: "M2 4.5h12v7.5H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5 9.5h6",
  plus: "M8 3v10M3 8h10",
  start: "M5 3.2v9.6l7.5-4.8z",
  stop: "M4 4h8v8H4z",
  restart: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  resume: "M5 3.2v9.6l7.5-4.8z",
  delete: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4",
  check: "m3 8.5 3.2 3.2L13 4.8",
  cross: "m4 4 8 8M12 4l-8 8",
  dash: "M4 8h8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  warning: "M8 2.2 14.6 13.5H1.4zM8 6.5v3.2M8 11.6h.01",
  hint: "M6 12.5h4M6.5 14.5h3M5.8 10.5C4.6 9.7 4 8.5 4 7a4 4 0 1 1 8 0c0 1.5-.6 2.7-1.8 3.5z",
  lock: "M4 7h8v6.5H4zM5.7 7V5a2.3 2.3 0 0 1 4.6 0v2",
  history: "M2.6 9.2A5.5 5.5 0 1 0 3.9 4.3M2.8 2.5v2.8h2.8M8 5v3.3l2.2 1.4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14",
  more: "M3 8a.7.7 0 1 0 1.4 0A.7.7 0 1 0 3 8M7.3 8a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0M11.6 8a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0",
  shell: "M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10.5h3",
  settings:
    "M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM6.5 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  information: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 7.3v3.7M8 5h.01",
} as const;

/** A drawing. */
export type IconName = keyof typeof DRAWINGS;
