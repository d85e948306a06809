// What can be done with a context besides switching to it.

/** Done at once, or after a dialog has asked for the rest. */
export type Deed =
  | "shell"
  | "copy"
  | "export"
  | "rename"
  | "duplicate"
  | "namespace"
  | "check"
  /** Checks it by a program that it signs in with. */
  | "allow"
  | "checkWhenShown"
  | "checkOnRequest"
  | "protect"
  | "unprotect"
  | "delete";
