// Builds what the portal serves: one stylesheet, one icon sprite, one font. See README.md.
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import subsetFont from "subset-font";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "static");

function write(name, data) {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  console.log(`${relative(root, path)}: ${data.length} bytes, ${gzipSync(data, { level: 9 }).length} gzipped`);
}

// 1. Stylesheet: no source map, no comment that points to one.
const css = sass.compile(join(here, "scss", "sinergi.scss"), {
  style: "compressed",
  loadPaths: [join(here, "node_modules")],
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
}).css;
write("css/sinergi.css", css.replace(/^\uFEFF/, "") + "\n");

// 2. Sprite: exactly the Bootstrap icons that templates and code name.
function* files(folder) {
  for (const name of readdirSync(folder)) {
    if (/^(\.|node_modules$|var$|staticfiles$|tests$|migrations$|assets$)/.test(name)) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if ([".html", ".py", ".js"].includes(extname(name))) yield path;
  }
}
const icons = join(here, "node_modules", "bootstrap-icons", "icons");
const known = new Set(readdirSync(icons).map((name) => name.replace(/\.svg$/, "")));
const wanted = new Set(readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter((l) => l && !l.startsWith("#")));
const inTemplates = /icon[=:|a-z]*\s*["']([a-z0-9-]+)["']/g;
const inCode = /(?:icon["']?\s*[=:]\s*|Item\(.*?)["']([a-z0-9]+(?:-[a-z0-9]+)*)["']/g;
const inTuples = /["']([a-z0-9]+(?:-[a-z0-9]+)+)["']/g;
for (const path of files(root)) {
  const text = readFileSync(path, "utf8");
  const patterns = path.endsWith(".html") ? [inTemplates] : [inCode, ...(/icon|tone/i.test(text) ? [inTuples] : [])];
  for (const pattern of patterns) {
    for (const [, name] of text.matchAll(pattern)) if (known.has(name)) wanted.add(name);
  }
}
const missing = [...wanted].filter((name) => !known.has(name));
if (missing.length) throw new Error(`No such icon: ${missing.join(", ")}`);
// Two decimals are plenty on a 16-pixel grid. A fraction that would round up to 1 is cut instead, because path data may
// have no space before the next number.
const shorter = (path) =>
  path.replace(/\.(\d{2})(\d+)/g, (_, kept, rest) => {
    const up = rest[0] >= "5" && kept !== "99" ? String(Number(kept) + 1).padStart(2, "0") : kept;
    return `.${up}`;
  });
const symbols = [...wanted].sort().map((name) => {
  const svg = readFileSync(join(icons, `${name}.svg`), "utf8");
  const [, box] = svg.match(/viewBox="([^"]+)"/);
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="${box}">${body.replace(/ d="([^"]+)"/g, (_, d) => ` d="${shorter(d)}"`)}</symbol>`;
});
write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
console.log(`${wanted.size} icons`);

// 3. Font: headings only, Latin as Indonesian and English need it, weights 500 to 800.
const font = readFileSync(
  join(here, "node_modules/@fontsource-variable/plus-jakarta-sans/files/plus-jakarta-sans-latin-wght-normal.woff2"),
);
let letters = "";
for (let code = 0x20; code < 0x7f; code++) letters += String.fromCharCode(code);
letters += " ¡«°±²³·»¿ÀÁÂÄÇÈÉÊËÍÎÏÑÓÔÖÙÚÛÜàáâäçèéêëíîïñóôöùúûü–—‘’“”…•€−×";
write(
  "fonts/plus-jakarta-sans.woff2",
  await subsetFont(font, letters, { targetFormat: "woff2", variationAxes: { wght: { min: 500, max: 800 } } }),
);

// 4. Scripts of the need form: small files joined, each in a block of its own, so that a page asks for one.
const joined = {
  "need-form": ["draft-store", "upload", "draft-sync", "draft-page", "need-autosave", "need-line", "need-papers", "draft-shelf", "draft-start"],
  drafts: ["draft-store", "upload", "draft-sync", "draft-note"],
  "draft-worker": ["draft-store", "upload", "draft-sync", "draft-worker"],
};
for (const [name, parts] of Object.entries(joined)) {
  const text = (part) => readFileSync(join(here, "js", `${part}.js`), "utf8").replace(/^ *\/\/.*\n/gm, "").replace(/^ +/gm, "");
  const blocks = parts.map((part) => `{\n${text(part)}}\n`);
  write(`js/${name}.js`, `// Joined by assets/build.mjs from assets/js: ${parts.join(", ")}.\n${blocks.join("")}`);
}

// 5. Font of papers (PDF and print view), never loaded by a page of the portal.
for (const [from, to] of [["400-normal", "400"], ["400-italic", "400i"], ["600-normal", "600"]]) {
  const file = `node_modules/@fontsource/source-serif-4/files/source-serif-4-latin-${from}.woff2`;
  write(`papers/source-serif-4-${to}.woff2`, readFileSync(join(here, file)));
}
