// A writer in a process of its own: commits in a loop until told to stop or killed.
// Arguments: module, folder, engine, name of the writer, number of commits, "refs" or "advance".
const [module, folder, engine, writer, count, way] = process.argv.slice(2);
const { openRepository } = await import(module);

const REF = "refs/heads/main";
const who = { name: writer, email: `${writer}@example.com`, timezone: "+0000" };
let landed = 0;
let conflicts = 0;
for (let at = 0; at < Number(count); at++) {
  const repository = await openRepository(folder, { engine });
  try {
    await repository.worktree.recover();
    const head = await repository.refs.read(REF);
    const signature = { ...who, seconds: 1_800_000_000 + at };
    const edits = [
      { path: `writers/${writer}/${String(at % 7)}.txt`, content: Buffer.from(`${writer} ${at}\n`) },
      { path: "shared.txt", content: Buffer.from(`${writer} ${at}\n`) },
      ...(at % 5 === 4
        ? [{ path: `writers/${writer}/0.txt`, content: null }].filter(() => at % 7 !== 0)
        : []),
    ];
    const commit = {
      parents: [head],
      edits,
      message: `${writer} ${at}`,
      author: signature,
      committer: signature,
    };
    const value = await repository.writer.commit(commit);
    const update = { name: REF, expected: head, value, reason: "loop" };
    await (way === "advance" ? repository.worktree.advance(update) : repository.refs.update(update));
    landed++;
    process.stdout.write(`${value}\n`);
  } catch (error) {
    if (error.code !== "CONFLICT") throw error;
    conflicts++;
  } finally {
    await repository.close();
  }
}
process.stderr.write(JSON.stringify({ landed, conflicts }));
