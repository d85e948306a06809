// Read by the Svelte plug-in of Vite, by svelte-check and by ESLint.
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
