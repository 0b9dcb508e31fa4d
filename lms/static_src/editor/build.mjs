// Writes ../../static/editor.bundle.js and editor.bundle.LICENSES.txt. Needs Node; contributors who do not touch the editor need Python alone.
import { buildSync } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url)), out = process.argv[2] || join(here, "../../static");
const { metafile } = buildSync({ absWorkingDir: here, entryPoints: ["entry.js"], bundle: true, minify: true, format: "iife", target: "es2022", charset: "utf8", legalComments: "none", metafile: true, outfile: join(out, "editor.bundle.js"),
  banner: { js: "/* Made by static_src/editor/build.mjs. Licences of what it contains: editor.bundle.LICENSES.txt */" } });

const packages = new Set();
for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
  const m = bytesInOutput && /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
  if (m) packages.add(m[1]);
}
const texts = new Map();
for (const name of [...packages].sort()) {
  const dir = join(here, "node_modules", name), info = JSON.parse(readFileSync(join(dir, "package.json")));
  const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  if (!file) throw new Error(`${name} has no licence file`);
  const text = readFileSync(join(dir, file), "utf8").trim();
  texts.set(text, [...(texts.get(text) || []), `${name} ${info.version} (${info.license})`]);
}
writeFileSync(join(out, "editor.bundle.LICENSES.txt"), "editor.bundle.js contains the packages below, from npm.\n\n" + [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(72)}\n\n`));
