import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import app from "./vite.config.ts";

export default mergeConfig(
  app,
  defineConfig({
    test: {
      // Of a test that never ends; a busy machine takes its time.
      testTimeout: 60_000,
      // A document costs most of a second a file: a .test.ts that needs one asks for it in its first line.
      projects: [
        {
          extends: true,
          test: { name: "pages", environment: "jsdom", include: ["tests/**/*.test.tsx"] },
        },
        {
          extends: true,
          test: { name: "plain", environment: "node", include: ["tests/**/*.test.ts"] },
        },
      ],
    },
  }),
);
