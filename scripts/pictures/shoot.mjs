// Pages as pictures, by a Chromium without a window.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shrinkPng } from "./png.mjs";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--hide-scrollbars",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];
const WIDTH = 900;
const MOST_BYTES = 100_000;

const chromium = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

/** Writes a page as a PNG that is as high as the page. */
export function shoot(html, path) {
  if (chromium === undefined) throw new Error("a Chromium is needed; CHROMIUM names its program");
  const folder = mkdtempSync(join(tmpdir(), "modeltrail-page-"));
  try {
    const [page, picture] = ["page.html", "page.png"].map((name) => join(folder, name));
    writeFileSync(page, html);
    const run = (...args) =>
      execFileSync(chromium, [...FLAGS, `--user-data-dir=${folder}`, ...args, `file://${page}`], {
        stdio: ["ignore", "pipe", "ignore"],
        encoding: "utf8",
      });
    const height = Number(/<title>(\d+)<\/title>/.exec(run(`--window-size=${WIDTH},100`, "--dump-dom"))?.[1]);
    run(`--window-size=${WIDTH},${height}`, `--screenshot=${picture}`);
    const bytes = shrinkPng(readFileSync(picture));
    if (bytes.length > MOST_BYTES)
      throw new Error(`${path} has ${bytes.length} bytes, more than ${MOST_BYTES}`);
    writeFileSync(path, bytes);
    return bytes.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
