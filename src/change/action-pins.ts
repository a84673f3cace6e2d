/** An action by the commit of a release: a tag can be moved, a commit cannot. */
export interface ActionPin {
  /** `owner/name`. */
  readonly repository: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** For people: `v7.0.1`. */
  readonly version: string;
}

/** The actions of others that our workflows use. */
export const ACTIONS = {
  checkout: {
    repository: "actions/checkout",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
    version: "v7.0.1",
  },
  awsCredentials: {
    repository: "aws-actions/configure-aws-credentials",
    commit: "e6de054238d6b7531b4efff3b6587d9aade6a06c",
    version: "v6.2.3",
  },
} as const satisfies Readonly<Record<string, ActionPin>>;

/** Reads `owner/name@commit`, as it stands behind `uses:`; undefined when it is anything else, a tag say. */
export function parseActionPin(text: string, version: string): ActionPin | undefined {
  const [, repository, commit] =
    /^([A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100})@([0-9a-f]{40})$/.exec(text) ?? [];
  return repository === undefined || commit === undefined ? undefined : { repository, commit, version };
}
