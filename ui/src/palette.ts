// Starts the small window to switch contexts in.
import { mount } from "svelte";

import { tauri } from "./lib/backend";
import Palette from "./Palette.svelte";
import "./styles/tokens.css";
import "./styles/base.css";

const target = document.getElementById("app");
if (target) mount(Palette, { target, props: { backend: tauri } });
