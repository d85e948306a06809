// Durations, ages, sizes and counts as a person reads them. Times are in milliseconds, sizes in bytes.

/** The time of day in hours and minutes. */
export const clockTime = (at: string): string =>
  new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** A count with its noun: "1 server", "2 servers", "no agents". */
export function count(number: number, one: string, many = `${one}s`): string {
  if (number === 0) return `no ${many}`;
  return `${number} ${number === 1 ? one : many}`;
}

/** How long something took or takes: "340 ms", "2.4 s", "1 min 5 s". */
export function duration(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  if (time < 1_000) return `${Math.round(time)} ms`;
  if (time < 9_950) return `${(time / 1_000).toFixed(1)} s`;
  const seconds = Math.round(time / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** How long something goes on, in whole seconds so that it does not flicker: "12 s". */
export function elapsed(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1_000));
  return seconds < 10 ? `${seconds} s` : duration(seconds * 1_000);
}

/** How old something is, in its largest unit: "just now", "5 min", "3 h", "12 days". */
export function age(since: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(since)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

/** When something was, by its age: "just now", "5 min ago". */
export function ago(at: string, now: number): string {
  const old = age(at, now);
  return old === "just now" ? old : `${old} ago`;
}

/** A size: "512 MiB", "1.4 GiB". */
export function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let rest = size;
  let unit = 0;
  while (rest >= 1_024 && unit < units.length - 1) {
    rest /= 1_024;
    unit += 1;
  }
  return `${rest >= 10 || unit === 0 ? Math.round(rest) : rest.toFixed(1)} ${units[unit] ?? ""}`;
}

/** Percent of one core: "7 %". */
export const percent = (value: number): string => `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;

/** Names in a sentence: "a", "a and b", "a, b and c". */
export function list(names: string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** Splits a text at its `code` spans, so that a template can set them apart without any markup. */
export function spans(text: string): { text: string; code: boolean }[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => ({ text: part, code: index % 2 === 1 }))
    .filter((span) => span.text !== "");
}

/** A text with its first letter a capital; a `name` at its beginning stays as it is. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
