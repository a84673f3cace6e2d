// The page of a pull request, much as GitHub draws it.
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; padding: 16px 20px; width: 900px; background: #fff; color: #1f2328;
  font: 14px/1.5 "Liberation Sans", Arial, sans-serif; }
h1 { margin: 0 0 8px; font-size: 24px; font-weight: 400; line-height: 1.25; }
h1 small { color: #59636e; font-size: inherit; }
.line { color: #59636e; padding-bottom: 14px; margin-bottom: 16px; border-bottom: 1px solid #d1d9e0; }
.state { display: inline-block; padding: 4px 12px; margin-right: 8px; border-radius: 16px; color: #fff; }
.Open { background: #1f883d; } .Closed { background: #cf222e; } .Draft { background: #59636e; }
code { font: 12px/1.45 "Liberation Mono", monospace; background: #818b981f; padding: 2px 5px; border-radius: 6px; overflow-wrap: anywhere; }
.line code { color: #0969da; background: #ddf4ff; }
.columns { display: grid; grid-template-columns: 1fr 168px; gap: 20px; }
.box { border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 14px; }
.box > header { padding: 8px 14px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e;
  border-radius: 6px 6px 0 0; }
.box > header b, .line b { color: #1f2328; }
.text { padding: 14px; }
.text > :first-child { margin-top: 0; } .text > :last-child { margin-bottom: 0; }
p, table, blockquote { margin: 0 0 12px; }
blockquote { padding: 0 12px; color: #59636e; border-left: 4px solid #d1d9e0; }
table { border-collapse: collapse; }
th, td { padding: 4px 11px; border: 1px solid #d1d9e0; text-align: left; vertical-align: top; }
th { font-weight: 600; } td:first-child { white-space: nowrap; } tr:nth-child(2n) td { background: #f6f8fa; }
a { color: #0969da; }
.suggested { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; font: 12px/1.6 "Liberation Mono", monospace; }
.suggested header { padding: 6px 10px; font: 12px "Liberation Sans", Arial, sans-serif; border-bottom: 1px solid #d1d9e0; }
.suggested div { padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
.minus { background: #ffebe9; } .plus { background: #dafbe1; }
.suggested footer { padding: 8px 10px; text-align: right; border-top: 1px solid #d1d9e0; }
.suggested footer span { padding: 4px 10px; border: 1px solid #d1d9e0; border-radius: 6px; background: #f6f8fa;
  font: 12px "Liberation Sans", Arial, sans-serif; }
aside { color: #59636e; font-size: 12px; } aside b { display: block; margin-bottom: 6px; }
.label { display: inline-block; margin: 0 4px 5px 0; padding: 0 8px; border-radius: 12px; background: #ededed;
  color: #1f2328; line-height: 20px; }
`;

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** As GitHub renders it; what is between "<" and ">" comes from our own report, which escapes all else. */
function renderMarkdown(text) {
  return micromark(text, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** A suggestion is drawn as the change that it stands for. */
function renderSuggestion({ author, path, lines, body }) {
  const [, note = "", fence = "", text = ""] = /^([^]*?)\n(`{3,})suggestion\n([^]*?)\n?\2/.exec(body) ?? [];
  if (fence === "") throw new Error("a review comment without a suggestion");
  const line = (kind, sign) => (one) => `<div class="${kind}">${sign} ${escape(one)}</div>`;
  const change = [...lines.map(line("minus", "-")), ...text.split("\n").map(line("plus", "+"))].join("");
  return `<div class="box"><header><code>${escape(path)}</code></header><div class="text"><p><b>${escape(author)}</b></p>
${renderMarkdown(note)}<div class="suggested"><header>Suggested change</header>${change}
<footer><span>Commit suggestion</span></footer></div></div></div>`;
}

function renderBox(author, did, body) {
  return `<div class="box"><header><b>${escape(author)}</b> ${did}</header><div class="text">${renderMarkdown(body)}</div></div>`;
}

/** A whole document that says its own height in its title. */
export function renderPage(pull, { withBody = true } = {}) {
  const { number, title, state, author, base, head, body, labels, comments } = pull;
  const boxes = [
    ...(withBody ? [renderBox(author, "opened this pull request", body)] : []),
    ...comments.map((comment) =>
      comment.path === undefined
        ? renderBox(comment.author, "commented", comment.body)
        : renderSuggestion(comment),
    ),
  ];
  const shown = labels.map((label) => `<span class="label">${escape(label)}</span>`).join("");
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
<h1>${escape(title)} <small>#${number}</small></h1>
<div class="line"><span class="state ${state}">${state}</span>
<b>${escape(author)}</b> wants to merge 1 commit into <code>${escape(base)}</code> from <code>${escape(head)}</code></div>
<div class="columns"><main>${boxes.join("")}</main><aside><b>Labels</b>${shown === "" ? "None yet" : shown}</aside></div>
<script>document.title = document.documentElement.scrollHeight;</script>`;
}
