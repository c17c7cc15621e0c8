// Bundles src/ into one script: node build.mjs FILE
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));
const [out] = process.argv.slice(2);

const bundled = await build({
  entryPoints: [here("src/index.ts")],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2021",
  charset: "utf8",
  minifySyntax: true,
  define: { VERSION: JSON.stringify(version) },
});
const minified = await minify(bundled.outputFiles[0].text, {
  ecma: 2021,
  module: true,
  compress: { passes: 4, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false, pure_getters: true },
  format: { comments: false },
});
// The bundle exports nothing: around it a function, so that nothing becomes global.
const code = `/*! Periplo ${version} | Apache-2.0 */\n(()=>{${minified.code}})();\n`;
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, code);
console.log(`${out}: ${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gzip`);
