import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CONFIG = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	hideRefs = refs/pull
[http]
	receivepack = true
[gc]
	auto = 0
`;

/** An empty bare repository with GitHub's settings. */
export function makeBare(folder: string, branch: string, updateHook: string): void {
  for (const inner of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "hooks"]) {
    mkdirSync(join(folder, inner), { recursive: true });
  }
  writeFileSync(join(folder, "HEAD"), `ref: refs/heads/${branch}\n`);
  writeFileSync(join(folder, "config"), CONFIG);
  writeFileSync(join(folder, "hooks/update"), updateHook, { mode: 0o755 });
}

/** All refs and their ids, by name, as Git's own files have them: faster than to ask Git before every request. */
export function readRefs(folder: string): Map<string, string> {
  const refs = new Map<string, string>();
  const packed = join(folder, "packed-refs");
  if (existsSync(packed)) {
    for (const line of readFileSync(packed, "utf8").split("\n")) {
      const [, oid, name] = /^([0-9a-f]{40}) (\S+)$/.exec(line) ?? [];
      if (oid !== undefined && name !== undefined) refs.set(name, oid);
    }
  }
  collect(folder, "refs", refs);
  return new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function collect(folder: string, prefix: string, refs: Map<string, string>): void {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const name = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) collect(folder, name, refs);
    else if (!name.endsWith(".lock")) readLooseRef(folder, name, refs);
  }
}

function readLooseRef(folder: string, name: string, refs: Map<string, string>): void {
  try {
    refs.set(name, readFileSync(join(folder, name), "utf8").trim());
  } catch (error) {
    // A push took it away meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    refs.delete(name);
  }
}
