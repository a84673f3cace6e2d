import { createHash, randomBytes } from "node:crypto";
import * as files from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { RefStore, Remote } from "../../ports/repository.ts";
import { readConfigFiles } from "./config-file.ts";
import { readGitConfig } from "./git-config.ts";
import { indexPack } from "./isomorphic-sdk.ts";
import type { Layout } from "./locate.ts";
import { scratchFolder } from "./lock-file.ts";
import type { CachedObjects } from "./object-reader.ts";
import type { ObjectSource } from "./object-source.ts";
import { encodePack, listNewObjects } from "./pack-writer.ts";
import { encodePacket, FLUSH, joinDataBand, joinMessageBand, parsePackets } from "./pkt-line.ts";
import { lostLease, refusedByRemote, unreachable } from "./remote-failure.ts";
import {
  describeRemote,
  type PushUpdate,
  REMOTE,
  setTracking,
  TRACKED_PREFIXES,
  trackingRef,
} from "./remote-refs.ts";
import { credentialEnvironment, type RemoteAccess } from "./remote-credentials.ts";
import { requireRefName } from "./ref-name.ts";
import { readShallow, shallowClone } from "./shallow.ts";
import { type Advertisement, SmartHttp } from "./smart-http.ts";

interface RemoteParts {
  readonly layout: Layout;
  readonly refs: RefStore;
  readonly objects: CachedObjects;
  readonly source: ObjectSource;
  readonly access: RemoteAccess;
}

const ZERO = "0".repeat(40);
const MAX_HAVES = 256;
const AGENT = "agent=modeltrail";
const REMOTE_HEAD = `refs/remotes/${REMOTE}/HEAD`;

/** The remote over HTTP(S) without git. isomorphic-git's own fetch and push take no lease and fetch every ref there is. */
export class IsomorphicRemote implements Remote {
  readonly #parts: RemoteParts;

  constructor(parts: RemoteParts) {
    this.#parts = parts;
  }

  async describe(): Promise<{ readonly name: string; readonly url: string } | undefined> {
    return describeRemote(await this.#config());
  }

  async fetch(): Promise<void> {
    const { refs } = this.#parts;
    const http = await this.#connect();
    const remote = await http.discover("git-upload-pack");
    const wanted = new Map(
      [...remote.refs].flatMap(([name, oid]) => {
        const tracking = trackingRef(name);
        return tracking === undefined ? [] : [[tracking, oid] as const];
      }),
    );
    await this.#fetchObjects(http, remote, new Set(wanted.values()));
    for (const prefix of TRACKED_PREFIXES) {
      for (const { name } of await refs.list(prefix)) {
        const gone = !wanted.has(name) && (await refs.symbolic(name)) === undefined;
        if (gone) await setTracking(refs, name, { value: null, reason: "fetch: gone" });
      }
    }
    for (const [name, value] of wanted) await setTracking(refs, name, { value, reason: "fetch" });
    await this.#noteHead(remote.head);
  }

  /** Without git a shallow clone stays as it is. */
  async deepen(): Promise<void> {
    const { layout } = this.#parts;
    if ((await readShallow(layout)).size > 0) throw shallowClone(layout);
  }

  /** Which branch is the remote's default, unless that is noted already: as `git fetch` does. */
  async #noteHead(head: string | undefined): Promise<void> {
    const target = head === undefined ? undefined : trackingRef(head);
    const { refs, layout } = this.#parts;
    if (
      target === undefined ||
      (await refs.symbolic(REMOTE_HEAD)) !== undefined ||
      (await refs.read(target)) === undefined
    )
      return;
    await files.writeFile(join(layout.commonDir, REMOTE_HEAD), `ref: ${target}\n`);
  }

  async push(updates: readonly PushUpdate[]): Promise<void> {
    if (updates.length === 0) return;
    for (const { name } of updates) requireRefName(name);
    const http = await this.#connect();
    const remote = await http.discover("git-receive-pack");
    const atomic = updates.length > 1 && remote.capabilities.has("atomic");
    const groups = atomic ? [updates] : updates.map((update) => [update]);
    for (const group of groups) {
      await this.#pushGroup(http, remote, group);
      for (const { name, value } of group) {
        const tracking = trackingRef(name);
        if (tracking !== undefined)
          await setTracking(this.#parts.refs, tracking, { value, reason: "update by push" });
      }
    }
  }

  async #pushGroup(http: SmartHttp, remote: Advertisement, updates: readonly PushUpdate[]): Promise<void> {
    for (const { name, expected } of updates) {
      const current = remote.refs.get(name) ?? null;
      if (current !== expected)
        throw lostLease(`${name} is ${current ?? "absent"}, but was expected to be ${expected ?? "absent"}`);
    }
    const wishes = ["report-status", "side-band-64k", ...(updates.length > 1 ? ["atomic"] : [])];
    const capabilities = [...wishes.filter((one) => remote.capabilities.has(one)), AGENT].join(" ");
    // The server compares the old value again, under its own lock: that is the lease.
    const commands = updates.map(({ name, expected, value }, at) =>
      encodePacket(`${expected ?? ZERO} ${value ?? ZERO} ${name}${at === 0 ? `\0 ${capabilities}` : ""}\n`),
    );
    const answer = await http.post(
      "git-receive-pack",
      Buffer.concat([...commands, FLUSH, await this.#packFor(remote, updates)]),
    );
    requireAccepted(answer, capabilities.includes("side-band-64k"));
  }

  async #packFor(remote: Advertisement, updates: readonly PushUpdate[]): Promise<Buffer> {
    const { objects, source } = this.#parts;
    const tips = updates.map(({ value }) => value).filter((value) => value !== null);
    if (tips.length === 0) return Buffer.alloc(0);
    return encodePack(source, await listNewObjects(objects, tips, new Set(remote.refs.values())));
  }

  async #fetchObjects(http: SmartHttp, remote: Advertisement, oids: ReadonlySet<string>): Promise<void> {
    const { refs, source, layout } = this.#parts;
    const own = new Set((await refs.list("refs/")).map((ref) => ref.oid));
    const missing: string[] = [];
    for (const oid of oids) if (!own.has(oid) && !(await hasObject(source, oid))) missing.push(oid);
    if (missing.length === 0) return;
    const capabilities = ["side-band-64k", "ofs-delta", "no-progress"].filter((one) =>
      remote.capabilities.has(one),
    );
    const wants = missing.map((oid, at) =>
      encodePacket(`want ${oid}${at === 0 ? ` ${[...capabilities, AGENT].join(" ")}` : ""}\n`),
    );
    const shallow = [...(await readShallow(layout))].map((oid) => encodePacket(`shallow ${oid}\n`));
    const haves = [...own].slice(-MAX_HAVES).map((oid) => encodePacket(`have ${oid}\n`));
    const answer = await http.post(
      "git-upload-pack",
      Buffer.concat([...wants, ...shallow, FLUSH, ...haves, encodePacket("done\n")]),
    );
    const pack = readPack(answer, capabilities.includes("side-band-64k"));
    await storePack(layout, pack);
    source.refresh();
    await source.readMany(missing, Number.MAX_SAFE_INTEGER);
  }

  async #connect(): Promise<SmartHttp> {
    const remote = await this.describe();
    if (remote === undefined) {
      throw new ModeltrailError("NETWORK", `there is no remote ${REMOTE}`, {
        hint: `add one with \`git remote add ${REMOTE} <url>\``,
      });
    }
    // Proxies and headers may come from the user's own configuration.
    const { layout, access } = this.#parts;
    const env = { ...access.env, ...(await credentialEnvironment(access, remote.url)) };
    return new SmartHttp(remote.url, await readGitConfig({ layout, env, git: undefined }), env);
  }

  #config(): ReturnType<typeof readConfigFiles> {
    return readConfigFiles([join(this.#parts.layout.commonDir, "config")]);
  }
}

async function hasObject(source: ObjectSource, oid: string): Promise<boolean> {
  return source.readMany([oid], 0).then(
    () => true,
    () => false,
  );
}

/** The pack behind the acknowledgements; whole by its own checksum. */
function readPack(answer: Buffer, banded: boolean): Buffer {
  try {
    const start = answer.indexOf("PACK");
    const pack = banded ? joinDataBand(parsePackets(answer)) : answer.subarray(Math.max(0, start));
    const sum = createHash("sha1").update(pack.subarray(0, -20)).digest();
    if (pack.toString("latin1", 0, 4) !== "PACK" || !sum.equals(pack.subarray(-20)))
      throw new Error("its checksum does not match");
    return pack;
  } catch (cause) {
    throw unreachable("what the remote sent is not whole", cause);
  }
}

/** The index comes last: with it the pack is there for every reader. */
async function storePack(layout: Layout, pack: Buffer): Promise<void> {
  if (pack.readUInt32BE(8) === 0) return;
  const scratch = scratchFolder(layout.commonDir);
  const name = randomBytes(9).toString("hex");
  const target = join(layout.commonDir, "objects", "pack", `pack-${pack.toString("hex", pack.length - 20)}`);
  await files.mkdir(scratch, { recursive: true });
  await files.mkdir(join(layout.commonDir, "objects", "pack"), { recursive: true });
  await files.writeFile(join(scratch, `${name}.pack`), pack, { mode: 0o444, flush: true });
  await indexPack(
    { fs: { promises: files as never }, gitDir: layout.commonDir, cache: {} },
    scratch,
    `${name}.pack`,
  );
  await files.rename(join(scratch, `${name}.pack`), `${target}.pack`);
  await files.rename(join(scratch, `${name}.idx`), `${target}.idx`);
}

function requireAccepted(answer: Buffer, banded: boolean): void {
  let lines: string[];
  let said = "";
  try {
    const outer = parsePackets(answer);
    if (banded) said = joinMessageBand(outer);
    const packets = banded ? parsePackets(joinDataBand(outer)) : outer;
    lines = packets.filter((packet) => packet !== null).map((packet) => packet.toString("utf8").trim());
  } catch (cause) {
    throw unreachable("the remote did not say whether it took the push", cause);
  }
  const refused = lines.filter((line) => line.startsWith("ng ")).map((line) => line.slice(3));
  if (refused.length > 0) throw refusedByRemote(refused, said);
  if (!lines.includes("unpack ok"))
    throw unreachable(`the remote could not store the push: ${lines[0] ?? "no answer"}`);
}
