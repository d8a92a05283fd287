// Prints every subcommand and option of the Fig completion specs as one JSON line each.
// node bench/advisor/fig_nodes.mjs <folder of the unpacked npm package @withfig/autocomplete>/build
import fs from "node:fs";
import path from "node:path";

const MAX_DEPTH = 7;
const list = (value) => (value == null ? [] : Array.isArray(value) ? value : [value]);

function files(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? files(at) : at.endsWith(".js") ? [at] : [];
  });
}

function emit(tool, at, spec, depth) {
  const options = list(spec.options).map((option) => ({
    names: list(option.name),
    text: option.description ?? "",
    takes: list(option.args).length > 0 && !list(option.args)[0]?.isOptional ? 1 : 0,
  }));
  const runs = list(spec.args).some((each) => each?.isCommand) ? 1 : 0;
  const children = list(spec.subcommands).filter((child) => child?.name);
  const text = spec.description ?? "";
  const line = { tool, path: at, names: list(spec.name), text, options, runs, group: children.length ? 1 : 0 };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (depth < MAX_DEPTH) for (const child of children) emit(tool, [...at, list(child.name)[0]], child, depth + 1);
}

const root = path.resolve(process.argv[2]);
globalThis.fig = {};
let skipped = 0;
for (const file of files(root).sort()) {
  try {
    let spec = (await import(file)).default;
    if (typeof spec === "function") spec = await spec("1.0.0");
    if (!spec?.name) throw new Error("no spec");
    emit(path.relative(root, file).replace(/\.js$/, ""), [], spec, 0);
  } catch (error) {
    skipped += 1; // a module of helpers, or a spec that asks the machine it runs on
    process.stderr.write(`skipped ${path.relative(root, file)}: ${error.message}\n`);
  }
}
process.stderr.write(`${skipped} files skipped\n`);
