// Stands in for the app behind the window, so that the window runs in a plain browser:
// `npm run dev`, then `/e2e/mock.html?scene=clusters`. The names are those of `src/fixtures/scenes.ts`.
import { emit } from "@tauri-apps/api/event";
import { mockIPC, mockWindows } from "@tauri-apps/api/mocks";

import type { View } from "../src/lib/bindings";
import { going, importPlan, orphans } from "../src/fixtures/kubeconfig";
import { diffsOf } from "../src/fixtures/history";
import { namespaces, well } from "../src/fixtures/backend";
import { scenes, type Scene, type SceneName } from "../src/fixtures/scenes";
import { PRODUCTION } from "../src/fixtures/snapshots";

const name = new URLSearchParams(location.search).get("scene") ?? "clusters";
const scene: Scene = scenes[name in scenes ? (name as SceneName) : "clusters"];

/** What was asked for, for the tests to read. */
const asked: { command: string; payload: unknown }[] = [];
Object.assign(globalThis, { asked, show: (view: View) => emit("show", view) });

mockWindows("main");
mockIPC(
  (command, payload) => {
    asked.push({ command, payload });
    switch (command) {
      case "snapshot":
        return scene.snapshot;
      case "start_view":
        return scene.view;
      case "check_draft":
        return scene.check;
      case "create_cluster":
        return 1;
      case "check_context": {
        const { context } = payload as { context: string };
        return scene.health?.[context] ?? well(context);
      }
      case "list_namespaces":
        return namespaces((payload as { context: string }).context);
      case "node_logs":
        return Array.from(
          { length: 40 },
          (_, line) =>
            `I1121 04:0${line % 10}:11.4021       1 controller.go:${100 + line}] "Synced" object="${line}"`,
        );
      case "kubeconfig_history":
        return scene.versions;
      case "kubeconfig_diff":
        return diffsOf((payload as { version: number }).version);
      case "undoable_change":
        return scene.versions[0]?.id;
      case "current_before_change":
        return { name: PRODUCTION, reason: { kind: "word", word: "production" } };
      case "orphans":
        return orphans;
      case "plan_import":
        return importPlan;
      case "what_goes_with":
        return going;
      case "perform":
        // A command rejects with a plain value; there is no Error on the other side.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        return scene.refusal === undefined ? null : Promise.reject(scene.refusal);
      default:
        return scene.answers?.[command] ?? null;
    }
  },
  { shouldMockEvents: true },
);

await (scene.view.kind === "palette" ? import("../src/palette") : import("../src/main"));
