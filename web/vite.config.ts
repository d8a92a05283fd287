import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The controller that `npm run dev` talks to; its origin must be ours, so changes need the built app. */
const controller = process.env.DD0C_URL ?? "http://127.0.0.1:8440";

/** The faces that every page draws with, fetched beside the script and not after it. */
const FACES = /(?:inter|jetbrains-mono)-latin-wght-normal-[\w-]+\.woff2$/;

function preloadFonts(): Plugin {
  return {
    name: "dd0c-preload-fonts",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const faces = Object.keys(bundle ?? {}).filter((file) => FACES.test(file));
        if (bundle && faces.length !== 2) throw new Error(`two faces to preload, not ${faces.length}`);
        return faces.map((file) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: true },
          injectTo: "head" as const,
        }));
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), preloadFonts()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "dist",
    // Assets are hashed and served as immutable; nothing is inlined, because the policy allows no data: script or font.
    assetsInlineLimit: 0,
    target: "es2023",
    sourcemap: false,
    chunkSizeWarningLimit: 400,
  },
  server: { proxy: { "/api": controller, "/sign-in": controller } },
});
