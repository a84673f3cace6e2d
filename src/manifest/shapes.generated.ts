// Made from schemas/ by scripts/generate-manifest.mjs; do not edit.
/** What a schema says of one value, for the order of fields and the words of findings. */
export interface Shape {
  /** The schema's description. */
  readonly words?: string;
  /** The known fields of a map, in the order in which they are written. */
  readonly fields?: Readonly<Record<string, Shape>>;
  /** The values of a map whose keys are free. */
  readonly entries?: Shape;
  /** The values of a list. */
  readonly items?: Shape;
}
export const SHAPES: Readonly<
  Record<"Registry" | "Model" | "ModelVersion" | "ModelStage" | "ModelYank", Shape>
> = {
  Registry: {
    words:
      "modeltrail.yaml: where artifacts are stored, which stages there are, and what a version must pass to reach each.",
    fields: {
      apiVersion: { words: "The version of the manifest format." },
      kind: {},
      metadata: {
        words: "The object's name and annotations, as in Kubernetes.",
        fields: {
          name: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          annotations: {
            words: "Tells kustomize, Argo CD and Flux that this file is not for the cluster.",
            fields: { "config.kubernetes.io/local-config": {} },
            entries: {},
          },
        },
      },
      spec: {
        fields: {
          description: {},
          branch: {
            words:
              "The default branch by its plain name, such as main. Left out: what origin/HEAD names, else main or master.",
          },
          storage: {
            words: "Where the bytes of the models are kept.",
            fields: {
              uri: {
                words:
                  "s3://bucket/prefix/ with a bucket of 3 to 63 characters, or file:folder/ relative to the registry's folder; both end with a slash.",
              },
              region: { words: "The bucket's region." },
              endpoint: { words: "The address of an S3-compatible store. Left out: Amazon S3." },
              forcePathStyle: { words: "Put the bucket into the path; most other stores want it." },
            },
          },
          forge: {
            words:
              "Where proposals are pull requests. Left out: they are plain branches, merged by `modeltrail merge`.",
            fields: {
              github: { words: "owner/name of the repository on GitHub." },
              apiUrl: {
                words:
                  "The API of a GitHub Enterprise, such as https://ghe.acme.com/api/v3; never without https, since the token goes there.",
              },
            },
          },
          registration: {
            words:
              "How new versions arrive: proposed like promotions (the default), or committed to the default branch.",
          },
          stages: {
            words: "The stages, and what a version has to pass to enter each.",
            items: {
              fields: {
                name: {
                  words:
                    "Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.",
                },
                after: {
                  words: "The version must be, or have been, at one of these stages.",
                  items: {
                    words:
                      "Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.",
                  },
                },
                soak: { words: 'A length of time: "30m", "24h", "7d".' },
                approvals: {
                  words: "How many people have to approve, and who may.",
                  fields: {
                    required: { words: "Number of valid approvals." },
                    from: {
                      words: "Only these people's approvals count. Left out: everybody with write access.",
                      items: {},
                    },
                  },
                },
                require: {
                  words:
                    "What a version has to bring along: card, code.commit, datasets, signature, report.<name>.",
                  items: {},
                },
                metrics: {
                  items: {
                    words: "A rule about one metric, against the version that holds the stage now.",
                    fields: {
                      name: {},
                      dataset: {},
                      greaterIsBetter: {},
                      threshold: {},
                      minAbsoluteChange: {},
                      minRelativeChange: {},
                    },
                  },
                },
                gates: {
                  items: {
                    words: "A rule of your own, as a CEL expression that has to be true.",
                    fields: {
                      name: {
                        words:
                          "Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.",
                      },
                      expr: {},
                      message: {},
                    },
                  },
                },
                freeze: {
                  items: {
                    words: "A span of time in which this stage does not change.",
                    fields: {
                      from: { words: 'A moment in UTC, such as "2026-11-20T10:15:00Z".' },
                      until: { words: 'A moment in UTC, such as "2026-11-20T10:15:00Z".' },
                      reason: {},
                      unless: {
                        fields: {
                          approvals: {
                            words: "How many people have to approve, and who may.",
                            fields: {
                              required: { words: "Number of valid approvals." },
                              from: {
                                words:
                                  "Only these people's approvals count. Left out: everybody with write access.",
                                items: {},
                              },
                            },
                          },
                        },
                      },
                    },
                  },
                },
                rollback: {
                  words: "What is asked of a rollback in place of a promotion's rules.",
                  fields: {
                    approvals: {
                      words: "How many people have to approve, and who may.",
                      fields: {
                        required: { words: "Number of valid approvals." },
                        from: {
                          words:
                            "Only these people's approvals count. Left out: everybody with write access.",
                          items: {},
                        },
                      },
                    },
                    skip: { words: "Gates that a rollback does not have to pass.", items: {} },
                  },
                },
              },
            },
          },
          deploy: {
            fields: {
              kustomize: { words: "Write the static kustomize files for every stage (the default)." },
            },
          },
          audit: {
            fields: {
              branch: {
                words: "The branch of the audit history by its plain name, such as modeltrail-audit.",
              },
            },
          },
        },
      },
    },
  },
  Model: {
    words: "models/<model>/model.yaml: who owns a model, what it is for, and rules of its own for stages.",
    fields: {
      apiVersion: { words: "The version of the manifest format." },
      kind: {},
      metadata: {
        words: "The object's name and annotations, as in Kubernetes.",
        fields: {
          name: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          annotations: {
            words: "Tells kustomize, Argo CD and Flux that this file is not for the cluster.",
            fields: { "config.kubernetes.io/local-config": {} },
            entries: {},
          },
        },
      },
      spec: {
        fields: {
          model: {
            words: "The model: its name, or <namespace>/<name>. The same as its folder below models/.",
          },
          description: { words: "What the model does, in a sentence." },
          task: { words: "binary-classification, regression, text-generation, ..." },
          owners: { words: "The people who answer for this model.", items: {} },
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          stages: {
            words: "Rules of this model for a stage. They are added to the registry's; they never loosen it.",
            entries: {
              fields: {
                soak: { words: 'A length of time: "30m", "24h", "7d".' },
                approvals: {
                  words: "How many people have to approve, and who may.",
                  fields: {
                    required: { words: "Number of valid approvals." },
                    from: {
                      words: "Only these people's approvals count. Left out: everybody with write access.",
                      items: {},
                    },
                  },
                },
                require: {
                  words:
                    "What a version has to bring along: card, code.commit, datasets, signature, report.<name>.",
                  items: {},
                },
                metrics: {
                  items: {
                    words: "A rule about one metric, against the version that holds the stage now.",
                    fields: {
                      name: {},
                      dataset: {},
                      greaterIsBetter: {},
                      threshold: {},
                      minAbsoluteChange: {},
                      minRelativeChange: {},
                    },
                  },
                },
                gates: {
                  items: {
                    words: "A rule of your own, as a CEL expression that has to be true.",
                    fields: {
                      name: {
                        words:
                          "Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.",
                      },
                      expr: {},
                      message: {},
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  ModelVersion: {
    words:
      "models/<model>/versions/<version>.yaml: one immutable version, with the digests of its bytes, its metrics and where it comes from.",
    fields: {
      apiVersion: { words: "The version of the manifest format." },
      kind: {},
      metadata: {
        words: "The object's name and annotations, as in Kubernetes.",
        fields: {
          name: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          annotations: {
            words: "Tells kustomize, Argo CD and Flux that this file is not for the cluster.",
            fields: { "config.kubernetes.io/local-config": {} },
            entries: {},
          },
        },
      },
      spec: {
        fields: {
          model: {
            words: "The model: its name, or <namespace>/<name>. The same as its folder below models/.",
          },
          version: {
            words:
              'A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.',
          },
          description: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          artifact: {
            words: "The stored bytes.",
            fields: {
              uri: {
                words:
                  "Where the bytes lie. The address of a folder ends with a slash; that of a single file with its name.",
              },
              digest: { words: "sha256: and 64 lower-case hexadecimal digits." },
              sizeBytes: { words: "The size of all files together, in bytes." },
              format: {
                words:
                  "The format of the model: sklearn, xgboost, lightgbm, onnx, pytorch, tensorflow, safetensors, gguf, mlflow, or custom.",
              },
              formatVersion: {
                words:
                  'The version of the format as serving runtimes count it; "1" when nothing better is known.',
              },
              files: {
                words: "Every file, sorted by path.",
                items: {
                  fields: {
                    path: { words: "The path below the artifact's folder, with forward slashes." },
                    digest: { words: "sha256: and 64 lower-case hexadecimal digits." },
                    sizeBytes: {},
                    storedChecksum: {
                      words: "The composite SHA-256 that the store keeps of a file stored in parts.",
                    },
                  },
                },
              },
            },
          },
          metrics: { words: "What was measured.", items: { fields: { name: {}, value: {}, dataset: {} } } },
          inputs: {
            words: "The model's signature: what goes in.",
            items: {
              words: "One input or output of the model.",
              fields: {
                name: {},
                type: {},
                shape: { words: "The size of each dimension; -1 where it may vary.", items: {} },
              },
            },
          },
          outputs: {
            words: "The model's signature: what comes out.",
            items: {
              words: "One input or output of the model.",
              fields: {
                name: {},
                type: {},
                shape: { words: "The size of each dimension; -1 where it may vary.", items: {} },
              },
            },
          },
          lineage: {
            words: "Where the version comes from.",
            fields: {
              code: {
                fields: {
                  repository: {},
                  commit: { words: "The commit of the training code." },
                  dirty: { words: "True when the code had changes that were not committed." },
                },
              },
              run: { fields: { system: {}, id: {}, url: {} } },
              datasets: {
                items: {
                  fields: {
                    name: {},
                    uri: {},
                    digest: { words: "sha256: and 64 lower-case hexadecimal digits." },
                  },
                },
              },
              parents: {
                items: {
                  fields: {
                    model: {
                      words:
                        "The model: its name, or <namespace>/<name>. The same as its folder below models/.",
                    },
                    version: {
                      words:
                        'A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.',
                    },
                  },
                },
              },
            },
          },
          createdAt: { words: 'A moment in UTC, such as "2026-11-20T10:15:00Z".' },
          createdBy: {},
        },
      },
    },
  },
  ModelStage: {
    words:
      "models/<model>/stages/<stage>/stage.yaml: the version that a stage holds. A promotion edits this file and nothing else. Every value is a string.",
    fields: {
      apiVersion: { words: "The version of the manifest format." },
      kind: {},
      metadata: {
        words: "The object's name and annotations, as in Kubernetes.",
        fields: {
          name: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          annotations: {
            words: "Tells kustomize, Argo CD and Flux that this file is not for the cluster.",
            fields: { "config.kubernetes.io/local-config": {} },
            entries: {},
          },
        },
      },
      spec: {
        fields: {
          model: {
            words: "The model: its name, or <namespace>/<name>. The same as its folder below models/.",
          },
          stage: {
            words: "Lower-case letters, digits and dashes; begins with a letter; at most 40 characters.",
          },
          version: {
            words:
              'A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.',
          },
          artifact: {
            words: "A copy of the version's artifact, so that a deploy reads one file.",
            fields: {
              uri: {
                words:
                  "Where the bytes lie. The address of a folder ends with a slash; that of a single file with its name.",
              },
              digest: { words: "sha256: and 64 lower-case hexadecimal digits." },
              format: {
                words:
                  "The format of the model: sklearn, xgboost, lightgbm, onnx, pytorch, tensorflow, safetensors, gguf, mlflow, or custom.",
              },
              formatVersion: {
                words:
                  'The version of the format as serving runtimes count it; "1" when nothing better is known.',
              },
              sizeBytes: { words: "The size of all files together, in bytes, as a string." },
            },
          },
        },
      },
    },
  },
  ModelYank: {
    words: "models/<model>/yanked/<version>.yaml: a version that must not be used any more, and why.",
    fields: {
      apiVersion: { words: "The version of the manifest format." },
      kind: {},
      metadata: {
        words: "The object's name and annotations, as in Kubernetes.",
        fields: {
          name: {},
          labels: { words: "Labels for people and searches: text to text.", entries: {} },
          annotations: {
            words: "Tells kustomize, Argo CD and Flux that this file is not for the cluster.",
            fields: { "config.kubernetes.io/local-config": {} },
            entries: {},
          },
        },
      },
      spec: {
        fields: {
          model: {
            words: "The model: its name, or <namespace>/<name>. The same as its folder below models/.",
          },
          version: {
            words:
              'A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.',
          },
          reason: { words: "Why nobody should use it." },
          replacement: {
            words:
              'A semantic version without build metadata, such as "1.4.0" or "2.0.0-rc.1"; a leading v is allowed.',
          },
          yankedAt: { words: 'A moment in UTC, such as "2026-11-20T10:15:00Z".' },
          yankedBy: {},
        },
      },
    },
  },
};
