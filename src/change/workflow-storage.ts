import { ACTIONS } from "./action-pins.ts";

/** What a job needs to reach the artifacts, as lines of a workflow. */
export interface StorageAccess {
  /** Of the job. */
  readonly permissions: readonly string[];
  /** Before ours. */
  readonly steps: readonly string[];
  /** Of our step. */
  readonly environment: readonly string[];
  /** False where artifacts lie beside a clone, which no runner sees. */
  readonly reachable: boolean;
}

/**
 * Amazon S3 by a role that GitHub's token may take on, written as a comment, since only its owner knows which; another
 * store by keys that the repository keeps as secrets; a folder with an absolute path by nothing.
 */
export function storageAccess(
  storage: { readonly uri: string; readonly region?: string; readonly endpoint?: string },
  use: "read" | "write",
): StorageAccess {
  const { uri, region, endpoint } = storage;
  const nothing: StorageAccess = { permissions: [], steps: [], environment: [], reachable: true };
  if (uri.startsWith("file:")) return { ...nothing, reachable: uri.startsWith("file:/") };
  if (endpoint === undefined) return { ...nothing, ...roleAccess(uri, region, use) };
  const prefix = use === "read" ? "MODELTRAIL_READ" : "MODELTRAIL_WRITE";
  return {
    ...nothing,
    environment: [
      `        # Keys of ${endpoint} that may ${describeUse(uri, use)}. Keep them as secrets of the repository.`,
      "        env:",
      `          AWS_ACCESS_KEY_ID: \${{ secrets.${prefix}_ACCESS_KEY_ID }}`,
      `          AWS_SECRET_ACCESS_KEY: \${{ secrets.${prefix}_SECRET_ACCESS_KEY }}`,
    ],
  };
}

function describeUse(uri: string, use: "read" | "write"): string {
  return use === "read" ? `read ${uri}, and no more` : `read ${uri} and add to ${uri}.audit/, and no more`;
}

function roleAccess(
  uri: string,
  region: string | undefined,
  use: "read" | "write",
): Pick<StorageAccess, "permissions" | "steps"> {
  const { repository, commit, version } = ACTIONS.awsCredentials;
  const role = use === "read" ? "modeltrail-read" : "modeltrail-audit";
  return {
    permissions: ["      # id-token: write # for the role below"],
    steps: [
      `      # A role that may ${describeUse(uri, use)}: put its ARN here, and take the first "# " of these`,
      "      # lines and of id-token above away. A fork gets no credentials, so the step may fail: what cannot be",
      "      # looked at is then denied, not passed.",
      `      # - uses: ${repository}@${commit} # ${version}`,
      "      #   continue-on-error: true",
      "      #   with:",
      `      #     role-to-assume: arn:aws:iam::123456789012:role/${role}`,
      `      #     aws-region: ${region ?? "us-east-1"}`,
    ],
  };
}
