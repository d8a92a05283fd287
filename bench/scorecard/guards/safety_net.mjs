// Judges commands by cc-safety-net: one JSON text a line in, {"risk", "us"} a line out.
import { readFileSync } from "node:fs";
import { checkCommand } from "cc-safety-net/api";

for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const command = JSON.parse(line);
  const begun = process.hrtime.bigint();
  let risk = "unknown";
  try {
    risk = checkCommand({ command, cwd: process.cwd() }).kind === "allow" ? "safe" : "dangerous";
  } catch {
    risk = "unknown"; // what a guard can't judge, its host refuses or asks about
  }
  const us = Number(process.hrtime.bigint() - begun) / 1000;
  process.stdout.write(`${JSON.stringify({ risk, us })}\n`);
}
