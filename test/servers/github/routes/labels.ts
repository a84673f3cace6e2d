import { invalid, notFound } from "../errors.ts";
import { labelReply, labelsOf } from "../replies/pulls.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, text } from "../router.ts";
import type { Label, PullRequest } from "../state.ts";
import { addEvent } from "../state.ts";
import { findPull } from "./pulls.ts";

function listOfRepository(call: Call): Reply {
  const { forge, repository } = call;
  return listReply(call, [...repository.labels.values()], (label) => labelReply(forge, repository, label));
}

function findLabel({ repository, params }: Call): Label {
  const label = repository.labels.get(text(params["name"]).toLowerCase());
  if (label === undefined) throw notFound();
  return label;
}

function getLabel(call: Call): Reply {
  return { body: labelReply(call.forge, call.repository, findLabel(call)) };
}

function createLabel(call: Call): Reply {
  const { forge, repository } = call;
  const { name = "", color = "ededed", description = "" } = call.body as Record<string, string | undefined>;
  if (repository.labels.has(name.toLowerCase())) {
    throw invalid({ resource: "Label", code: "already_exists", field: "name" });
  }
  checkName(name);
  const label = { id: forge.takeId(), name, color: color.replace(/^#/, ""), description };
  repository.labels.set(name.toLowerCase(), label);
  return { status: 201, body: labelReply(forge, repository, label) };
}

function checkName(name: string): void {
  if (name.trim() === "") throw invalid({ resource: "Label", code: "missing_field", field: "name" });
  if (name.length > 50) {
    const message = "name is too long (maximum is 50 characters)";
    throw invalid({ resource: "Label", code: "custom", field: "name", message });
  }
}

/** A label that the repository has not yet is made. */
function take({ forge, repository }: Call, name: string): Label {
  const known = repository.labels.get(name.toLowerCase());
  if (known !== undefined) return known;
  checkName(name);
  const label = { id: forge.takeId(), name, color: "ededed", description: "" };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}

export function setLabels(call: Call, pull: PullRequest, names: readonly string[]): void {
  const { forge, viewer } = call;
  const wanted = names.map((name) => take(call, name));
  const before = labelsOf(call.repository, pull);
  const say = (event: string, { name, color }: Label): void =>
    addEvent(forge, pull, { event, actor: viewer, extra: { label: { name, color } } });
  for (const label of wanted) if (!before.includes(label)) say("labeled", label);
  for (const label of before) if (!wanted.includes(label)) say("unlabeled", label);
  pull.labels = [...new Set(wanted.map((label) => label.name))];
}

function namesIn({ body }: Call): string[] {
  const list = (body["labels"] ?? body["list"] ?? []) as readonly (string | { readonly name: string })[];
  return list.map((one) => (typeof one === "string" ? one : one.name));
}

function listOfIssue(call: Call): Reply {
  const { forge, repository } = call;
  const labels = labelsOf(repository, findPull(call));
  return listReply(call, labels, (label) => labelReply(forge, repository, label));
}

function replyWith(call: Call, pull: PullRequest): Reply {
  const { forge, repository } = call;
  return { body: labelsOf(repository, pull).map((label) => labelReply(forge, repository, label)) };
}

function addLabels(call: Call): Reply {
  const pull = findPull(call);
  setLabels(call, pull, [...pull.labels, ...namesIn(call)]);
  return replyWith(call, pull);
}

function replaceLabels(call: Call): Reply {
  const pull = findPull(call);
  setLabels(call, pull, namesIn(call));
  return replyWith(call, pull);
}

function removeLabel(call: Call): Reply {
  const pull = findPull(call);
  const name = text(call.params["name"]).toLowerCase();
  if (!pull.labels.some((one) => one.toLowerCase() === name)) throw notFound();
  setLabels(
    call,
    pull,
    pull.labels.filter((one) => one.toLowerCase() !== name),
  );
  return replyWith(call, pull);
}

const scopes = ["issues", "pull_requests"] as const;

export const labelRoutes: Routes = {
  "issues/list-labels-for-repo": { role: "read", scopes, handle: listOfRepository },
  "issues/get-label": { role: "read", scopes, handle: getLabel },
  "issues/create-label": { role: "write", scopes, handle: createLabel },
  "issues/list-labels-on-issue": { role: "read", scopes, handle: listOfIssue },
  "issues/add-labels": { role: "triage", scopes, handle: addLabels },
  "issues/set-labels": { role: "triage", scopes, handle: replaceLabels },
  "issues/remove-label": { role: "triage", scopes, handle: removeLabel },
};
