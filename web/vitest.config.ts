import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import app from "./vite.config.ts";

export default mergeConfig(
  app,
  defineConfig({
    // Of a test that never ends; a busy machine takes its time.
    test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"], testTimeout: 60_000 },
  }),
);
