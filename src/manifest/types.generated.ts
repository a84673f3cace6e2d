// Made from schemas/ by scripts/generate-manifest.mjs; do not edit.

/**
 * Any manifest of a registry.
 */
export type Manifest = Registry | Model | ModelVersion | ModelStage | ModelYank;
/**
 * What a version has to bring along: card, code.commit, datasets, signature, report.<name>.
 *
 * @maxItems 64
 */
export type Evidence = string[];

/**
 * modeltrail.yaml: where artifacts are stored, which stages there are, and what a version must pass to reach each.
 */
export interface Registry {
  /**
   * The version of the manifest format.
   */
  apiVersion: "modeltrail.dev/v1";
  kind: "Registry";
  metadata: Metadata;
  spec: {
    description?: string;
    /**
     * The default branch by its plain name, such as main. Left out: what origin/HEAD names, else main or master.
     */
    branch?: string;
    /**
     * Where the bytes of the models are kept.
     */
    storage: {
      /**
       * s3://bucket/prefix/ with a bucket of 3 to 63 characters, or file:folder/ relative to the registry's folder; both end with a slash.
       */
      uri: string;
      /**
       * The bucket's region.
       */
      region?: string;
      /**
       * The address of an S3-compatible store. Left out: Amazon S3.
       */
      endpoint?: string;
      /**
       * Put the bucket into the path; most other stores want it.
       */
      forcePathStyle?: boolean;
    };
    /**
     * Where proposals are pull requests. Left out: they are plain branches, merged by `modeltrail merge`.
     */
    forge?: {
      /**
       * owner/name of the repository on GitHub.
       */
      github: string;
      /**
       * The API of a GitHub Enterprise, such as https://ghe.acme.com/api/v3; never without https, since the token goes there.
       */
      apiUrl?: string;
    };
    /**
     * How new versions arrive: proposed like promotions (the default), or committed to the default branch.
     */
    registration?: "pull-request" | "direct";
    /**
     * The stages, and what a version has to pass to enter each.
     *
     * @maxItems 32
     */
    stages: {
      /**
       * Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.
       */
      name: string;
      /**
       * The version must be, or have been, at one of these stages.
       *
       * @minItems 1
       * @maxItems 32
       *
       * Items: Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.
       */
      after?: string[];
      /**
       * Longest unbroken stay at one of `after` that is asked for.
       */
      soak?: string;
      approvals?: Approvals;
      require?: Evidence;
      /**
       * @maxItems 64
       */
      metrics?: MetricRule[];
      /**
       * @maxItems 64
       */
      gates?: CelGate[];
      /**
       * @maxItems 64
       */
      freeze?: FreezeWindow[];
      /**
       * What is asked of a rollback in place of a promotion's rules.
       */
      rollback?: {
        approvals?: Approvals;
        /**
         * Gates that a rollback does not have to pass.
         *
         * @maxItems 16
         */
        skip?: ("soak" | "freeze" | "evidence" | "metrics" | "gates")[];
      };
    }[];
    deploy?: {
      /**
       * Write the static kustomize files for every stage (the default).
       */
      kustomize?: boolean;
    };
    audit?: {
      /**
       * The branch of the audit history by its plain name, such as modeltrail-audit.
       */
      branch?: string;
    };
  };
}
/**
 * The object's name and annotations, as in Kubernetes.
 */
export interface Metadata {
  name: string;
  labels?: Labels;
  annotations: LocalConfig;
}
/**
 * Labels for people and searches: text to text.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * Tells kustomize, Argo CD and Flux that this file is not for the cluster.
 */
export interface LocalConfig {
  "config.kubernetes.io/local-config": "true";
  [k: string]: string | "true";
}
/**
 * How many people have to approve, and who may.
 */
export interface Approvals {
  /**
   * Number of valid approvals.
   */
  required: number;
  /**
   * Only these people's approvals count. Left out: everybody with write access.
   *
   * @maxItems 200
   */
  from?: string[];
}
/**
 * A rule about one metric, against the version that holds the stage now.
 */
export interface MetricRule {
  name: string;
  dataset?: string;
  greaterIsBetter?: boolean;
  threshold?: number;
  minAbsoluteChange?: number;
  minRelativeChange?: number;
}
/**
 * A rule of your own, as a CEL expression that has to be true.
 */
export interface CelGate {
  /**
   * Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.
   */
  name: string;
  expr: string;
  message?: string;
}
/**
 * A span of time in which this stage does not change.
 */
export interface FreezeWindow {
  /**
   * A moment in UTC, such as "2026-11-20T10:15:00Z".
   */
  from: string;
  /**
   * A moment in UTC, such as "2026-11-20T10:15:00Z".
   */
  until: string;
  reason: string;
  unless?: {
    approvals: Approvals;
  };
}
/**
 * models/<model>/model.yaml: who owns a model, what it is for, and rules of its own for stages.
 */
export interface Model {
  /**
   * The version of the manifest format.
   */
  apiVersion: "modeltrail.dev/v1";
  kind: "Model";
  metadata: Metadata;
  spec: {
    /**
     * The model: its name, or <namespace>/<name>. The same as its folder below models/.
     */
    model: string;
    /**
     * What the model does, in a sentence.
     */
    description?: string;
    /**
     * binary-classification, regression, text-generation, ...
     */
    task?: string;
    /**
     * The people who answer for this model.
     *
     * @maxItems 64
     */
    owners?: string[];
    labels?: Labels;
    /**
     * Rules of this model for a stage. They are added to the registry's; they never loosen it.
     */
    stages?: {
      [k: string]: {
        /**
         * A length of time: "30m", "24h", "7d".
         */
        soak?: string;
        approvals?: Approvals;
        require?: Evidence;
        /**
         * @maxItems 64
         */
        metrics?: MetricRule[];
        /**
         * @maxItems 64
         */
        gates?: CelGate[];
      };
    };
  };
}
/**
 * models/<model>/versions/<version>.yaml: one immutable version, with the digests of its bytes, its metrics and where it comes from.
 */
export interface ModelVersion {
  /**
   * The version of the manifest format.
   */
  apiVersion: "modeltrail.dev/v1";
  kind: "ModelVersion";
  metadata: Metadata;
  spec: {
    /**
     * The model: its name, or <namespace>/<name>. The same as its folder below models/.
     */
    model: string;
    /**
     * A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.
     */
    version: string;
    description?: string;
    labels?: Labels;
    /**
     * The stored bytes.
     */
    artifact: {
      /**
       * Where the bytes lie. The address of a folder ends with a slash; that of a single file with its name.
       */
      uri: string;
      /**
       * SHA-256 of the `sha256sum` listing of the files, sorted by path.
       */
      digest: string;
      /**
       * The size of all files together, in bytes.
       */
      sizeBytes: number;
      /**
       * The format of the model: sklearn, xgboost, lightgbm, onnx, pytorch, tensorflow, safetensors, gguf, mlflow, or custom.
       */
      format: string;
      /**
       * The version of the format as serving runtimes count it; "1" when nothing better is known.
       */
      formatVersion: string;
      /**
       * Every file, sorted by path.
       *
       * @minItems 1
       * @maxItems 2500
       */
      files: {
        /**
         * The path below the artifact's folder, with forward slashes.
         */
        path: string;
        /**
         * sha256: and 64 lower-case hexadecimal digits.
         */
        digest: string;
        sizeBytes: number;
        /**
         * The composite SHA-256 that the store keeps of a file stored in parts.
         */
        storedChecksum?: string;
      }[];
    };
    /**
     * What was measured.
     *
     * @maxItems 256
     */
    metrics?: {
      name: string;
      value: number;
      dataset?: string;
    }[];
    /**
     * The model's signature: what goes in.
     *
     * @maxItems 256
     */
    inputs?: Tensor[];
    /**
     * The model's signature: what comes out.
     *
     * @maxItems 256
     */
    outputs?: Tensor[];
    /**
     * Where the version comes from.
     */
    lineage?: {
      code?: {
        repository?: string;
        /**
         * The commit of the training code.
         */
        commit: string;
        /**
         * True when the code had changes that were not committed.
         */
        dirty?: boolean;
      };
      run?: {
        system?: string;
        id?: string;
        url?: string;
      };
      /**
       * @maxItems 256
       */
      datasets?: {
        name: string;
        uri?: string;
        /**
         * sha256: and 64 lower-case hexadecimal digits.
         */
        digest?: string;
      }[];
      /**
       * @maxItems 64
       */
      parents?: {
        /**
         * The model: its name, or <namespace>/<name>. The same as its folder below models/.
         */
        model: string;
        /**
         * A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.
         */
        version: string;
      }[];
    };
    /**
     * A moment in UTC, such as "2026-11-20T10:15:00Z".
     */
    createdAt: string;
    createdBy: string;
  };
}
/**
 * One input or output of the model.
 */
export interface Tensor {
  name: string;
  type: string;
  /**
   * The size of each dimension; -1 where it may vary.
   *
   * @maxItems 16
   */
  shape?: number[];
}
/**
 * models/<model>/stages/<stage>/stage.yaml: the version that a stage holds. A promotion edits this file and nothing else. Every value is a string.
 */
export interface ModelStage {
  /**
   * The version of the manifest format.
   */
  apiVersion: "modeltrail.dev/v1";
  kind: "ModelStage";
  metadata: Metadata;
  spec: {
    /**
     * The model: its name, or <namespace>/<name>. The same as its folder below models/.
     */
    model: string;
    /**
     * Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.
     */
    stage: string;
    /**
     * A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.
     */
    version: string;
    /**
     * A copy of the version's artifact, so that a deploy reads one file.
     */
    artifact: {
      /**
       * Where the bytes lie. The address of a folder ends with a slash; that of a single file with its name.
       */
      uri: string;
      /**
       * sha256: and 64 lower-case hexadecimal digits.
       */
      digest: string;
      /**
       * The format of the model: sklearn, xgboost, lightgbm, onnx, pytorch, tensorflow, safetensors, gguf, mlflow, or custom.
       */
      format: string;
      /**
       * The version of the format as serving runtimes count it; "1" when nothing better is known.
       */
      formatVersion: string;
      /**
       * The size of all files together, in bytes, as a string.
       */
      sizeBytes: string;
    };
  };
}
/**
 * models/<model>/yanked/<version>.yaml: a version that must not be used any more, and why.
 */
export interface ModelYank {
  /**
   * The version of the manifest format.
   */
  apiVersion: "modeltrail.dev/v1";
  kind: "ModelYank";
  metadata: Metadata;
  spec: {
    /**
     * The model: its name, or <namespace>/<name>. The same as its folder below models/.
     */
    model: string;
    /**
     * A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.
     */
    version: string;
    /**
     * Why nobody should use it.
     */
    reason: string;
    /**
     * A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.
     */
    replacement?: string;
    /**
     * A moment in UTC, such as "2026-11-20T10:15:00Z".
     */
    yankedAt: string;
    yankedBy: string;
  };
}
