import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import app from "./vite.config.ts";

export default mergeConfig(
  app,
  defineConfig({ test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] } }),
);
