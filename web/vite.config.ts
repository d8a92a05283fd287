import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The controller that `npm run dev` talks to; its origin must be ours, so changes need the built app. */
const controller = process.env.DD0C_URL ?? "http://127.0.0.1:8440";

export default defineConfig({
  plugins: [react(), tailwindcss()],
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
