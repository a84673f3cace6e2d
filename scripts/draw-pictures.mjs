// Draws docs/pictures/ from real pull requests: `npm run build && node scripts/draw-pictures.mjs [terminal.txt]`.
// Needs a Chromium. With a file named, what the terminal showed is written there, for docs/github.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderPage } from "./pictures/page.mjs";
import { openPlace } from "./pictures/place.mjs";
import { shoot } from "./pictures/shoot.mjs";
import { tellStory } from "./pictures/story.mjs";

const pictures = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const [transcript] = process.argv.slice(2);

const place = await openPlace();
try {
  const { shown, pulls } = await tellStory(place);
  mkdirSync(pictures, { recursive: true });
  for (const [name, pull] of Object.entries(pulls)) {
    const html = renderPage(pull, { withBody: name !== "superseded" });
    console.log(`${name}.png: ${shoot(html, `${pictures}${name}.png`)} bytes`);
  }
  if (transcript !== undefined) {
    const parts = Object.entries(shown).map(([name, text]) => `== ${name}\n${text}`);
    writeFileSync(transcript, parts.join("\n"));
  }
} finally {
  await place.close();
}
