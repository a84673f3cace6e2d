// What the quickstart tells, and types. Each command must do what the words around it say.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { QuickstartError } from "./folder.mjs";
import { CLI, print, quote, tell } from "./shell.mjs";

const DEED = /^(Registered|Proposed|Merged) /;
const PRODUCTION = "fraud-detector@production";
const MOVES_ON = { says: /^(Proposed on|Merged) /m, show: DEED };

export function tellTutorial(shell, folder) {
  print("A model registry that is a Git repository: no account, no server, no network.", `In ${folder}`);
  begin(shell);
  refuse(shell);
  const liveAt = trustTheNumbers(shell);
  goBack(shell, liveAt);
  serve(shell);
  lookBack(shell, folder);
  sayWhatNext(folder, liveAt);
}

function begin({ type }) {
  tell(
    "1. Train a few models",
    "Three fraud detectors and one other model, really trained here, on made-up data.",
  );
  type(["node", "demo/train.mjs"], { says: /fraud-detector-3 +auc 0\.99/ });

  tell(
    "2. Make the registry",
    "A Git repository with one file of settings. A version reaches production by way of staging.",
  );
  type(["git", "init", "-b", "main"], { says: /./ });
  type(["modeltrail", "init"], { says: /staging → production/, show: /^(?!Next:)./ });

  tell(
    "3. Register versions",
    "First the bytes are stored, read back and hashed; then a manifest that names them is committed.",
  );
  const first = { dataset: "payments", description: "Amount, country and hour" };
  type(registration(1, first), { says: /^Registered fraud-detector 1\.0\.0/, show: /^(?!Next:)./ });
  const second = { dataset: "payments", description: "Adds device, velocity and distance" };
  type(registration(2, second), { says: /^Registered fraud-detector 1\.1\.0/, show: DEED });
  type(["modeltrail", "register", "delivery-times", "demo/delivery-times-1"], { says: DEED, show: DEED });
}

function refuse(shell) {
  tell(
    "4. A promotion that is refused",
    "A promotion is judged by gates before it is even proposed. Straight to production, it is denied:",
  );
  shell.type(["modeltrail", "promote", "fraud-detector@1.1.0", "--to", "production"], {
    exits: 1,
    says: /ORDER_NOT_MET[^]*Nothing was written/,
    show: /./,
  });

  tell(
    "5. The way that is open",
    "To staging first. A proposal is a branch with one commit; merge judges it again, and moves the stage.",
    "(From here on the verdicts, which pass, are left out.)",
  );
  move(shell, "1.1.0", "staging");
  move(shell, "1.1.0", "production");
}

function trustTheNumbers(shell) {
  tell(
    "6. Too good to be true",
    "A third model finds nearly every fraud in the holdout data. It goes live, and one file changes:",
  );
  const third = { dataset: "payments-and-disputes", description: "Adds the number of disputes" };
  shell.type(registration(3, third), { says: /^Registered fraud-detector 1\.2\.0/, show: DEED });
  move(shell, "1.2.0", "staging");
  move(shell, "1.2.0", "production");
  const changed =
    /^diff[^\n]*production\/stage\.yaml\n(?![^]*^diff)[^]*^-  version: "1\.1\.0"\n\+  version: "1\.2\.0"/m;
  shell.type(["git", "diff", "-U0", "HEAD^"], { says: changed, show: /^(?!diff|index)/ });
  return 1000 * Number(shell.ask(["git", "show", "-s", "--format=%ct", "HEAD"]));
}

function goBack({ type }, liveAt) {
  tell(
    "7. Live it is worse: roll back",
    "On payments as they come in, the third finds less than the second. What is different about it?",
  );
  type(["node", "demo/live.mjs", "demo/fraud-detector-2", "demo/fraud-detector-3"], {
    says: /-2: 33 [^]*-3: 30 /,
  });
  type(["modeltrail", "diff", "fraud-detector@1.1.0", "1.2.0"], {
    says: /datasets.*payments-and-disputes/,
    show: /^(METRIC|auc|recall|.*datasets)/,
  });
  print(
    "",
    "It learned from disputes, which customers file weeks later: the answers had leaked. Production goes back,",
    "and nobody may use 1.2.0 again; staging, which still holds it, moves in the same change.",
  );
  // `history --at` tells seconds apart: the mistake is to be seen there afterwards.
  sleepUntil(liveAt + 1000);
  const because = (reason) => ["--reason", reason];
  type(
    ["modeltrail", "rollback", "fraud-detector", "--stage", "production", ...because("Finds too little")],
    MOVES_ON,
  );
  type(["modeltrail", "merge", "rollback/production/fraud-detector/1.1.0"], MOVES_ON);
  type(
    ["modeltrail", "yank", "fraud-detector@1.2.0", "--replace-with", "1.1.0", ...because("Leaked labels")],
    MOVES_ON,
  );
  type(["modeltrail", "merge", "yank/fraud-detector/1.2.0"], MOVES_ON);
}

function serve({ type }) {
  tell(
    "8. What production serves",
    "Deploys read one small file. A pull checks every byte, and then the model answers.",
  );
  type(["modeltrail", "resolve", PRODUCTION], { says: /^fraud-detector@production +1\.1\.0/ });
  type(["modeltrail", "pull", PRODUCTION, "demo/serving"], { says: /^Pulled fraud-detector 1\.1\.0/ });
  const payment = ["amount_log=6.2", "foreign=1", "new_device=1", "merchant_risk=0.8"];
  type(["node", "demo/predict.mjs", "demo/serving", ...payment], { says: /probability of fraud: 0\.\d/ });
}

function lookBack({ type }, folder) {
  tell(
    "9. The record",
    "Who changed what, and when, is the history of main. Each merge also added to an audit branch what was allowed, and",
    "why: commits in a chain, which anybody can recompute.",
  );
  type(["git", "log", "--first-parent", "--oneline"], { says: /yank[^]*rollback[^]*promote[^]*register/ });
  type(["modeltrail", "history", "fraud-detector", "--stage", "production"], {
    says: /rollback.*1\.2\.0 → 1\.1\.0[^]*promote.*1\.1\.0 → 1\.2\.0/,
  });
  type(["modeltrail", "audit", "verify"], { says: /modeltrail-audit[^]*no entry was changed/ });
  type(["modeltrail", "list"], { says: /^fraud-detector +1\.1\.0 +1\.1\.0/m });

  const places = [
    ["modeltrail.yaml", "stages, rules, and where bytes are kept"],
    ["models/fraud-detector/versions/1.1.0.yaml", "a version: digests, metrics, lineage"],
    [
      "models/fraud-detector/stages/production/stage.yaml",
      "what production runs; a promotion edits only this",
    ],
    ["models/fraud-detector/yanked/1.2.0.yaml", "that nobody may use 1.2.0, and why"],
    [".modeltrail/artifacts/", "the bytes, out of Git; a team keeps them in S3"],
  ];
  const missing = places.find(([path]) => !existsSync(join(folder, path)));
  if (missing !== undefined) throw new QuickstartError(`The quickstart stops: ${missing[0]} is not there.`);
  tell("Where things lie", ...places.map(([path, what]) => `  ${path.padEnd(51)} ${what}`));
}

function sayWhatNext(folder, liveAt) {
  const near = relative(process.cwd(), folder);
  const then = new Date(liveAt).toISOString().replace(".000", "");
  const next = [
    { line: ["show", PRODUCTION], what: "everything about what production runs" },
    { line: ["history", "--at", then], what: "what was where while the mistake was live" },
    {
      line: ["promote", "fraud-detector@1.2.0", "--to", "staging"],
      what: "refused: a yanked version stays out",
    },
    { line: ["promote", "delivery-times@latest", "--to", "staging"], what: "yours to merge" },
    { line: ["audit", "log"], what: "every change, with its verdict; git log modeltrail-audit, too" },
    { line: ["verify"], what: "every stored byte, held against its manifest" },
  ];
  tell(
    "Try next",
    `  cd ${quote(near.startsWith("..") ? folder : near)}`,
    `  alias modeltrail=${quote(`node ${quote(CLI)}`)}`,
    ...next.map(({ line, what }) => `  modeltrail ${line.map(quote).join(" ").padEnd(43)}  ${what}`),
  );
}

function registration(generation, { dataset, description }) {
  const trained = `demo/fraud-detector-${generation}`;
  const measured = ["--metrics", `${trained}.json`, "--dataset", `${dataset}=demo/${dataset}.csv`];
  return ["modeltrail", "register", "fraud-detector", trained, ...measured, "--description", description];
}

function move({ type }, version, stage) {
  type(["modeltrail", "promote", `fraud-detector@${version}`, "--to", stage], MOVES_ON);
  type(["modeltrail", "merge", `promote/${stage}/fraud-detector/${version}`], MOVES_ON);
}

function sleepUntil(time) {
  const wait = time - Date.now();
  if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
}
