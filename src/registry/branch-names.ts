/** What branches of proposals begin with, behind the name of a registry in a sub-folder. */
const PROPOSALS = /^(?:promote|rollback|register|yank|retire)(?:\/|$)/;

/** What is wrong with a branch that a registry names for good; undefined when it is fine. Its form is the schema's business. */
export function branchProblem(branch: string, registry: string): string | undefined {
  const own = branch.startsWith(`${registry}/`) ? branch.slice(registry.length + 1) : branch;
  if (PROPOSALS.test(branch) || PROPOSALS.test(own))
    return `${JSON.stringify(branch)} lies among the branches of proposals, which come and go`;
  return undefined;
}

/** Why two branches cannot be there together; undefined when they can. Git keeps a branch in a file of its name. */
export function branchClash(audit: string, main: string): string | undefined {
  if (audit === main) return `${JSON.stringify(audit)} is the default branch itself`;
  if (audit.startsWith(`${main}/`) || main.startsWith(`${audit}/`))
    return `${JSON.stringify(audit)} and the default branch ${JSON.stringify(main)} cannot be there together: Git keeps one where it would keep the folder of the other`;
  return undefined;
}
