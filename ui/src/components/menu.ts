// What a line of a menu is.
import type { IconName } from "./icons";

/** One line of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  /** What it means, where the label alone does not say. */
  hint?: string;
  /** It takes something away. */
  danger?: boolean;
  /** It stands apart from those before it. */
  apart?: boolean;
  run: () => void;
}
