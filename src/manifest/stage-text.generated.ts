// Made from schemas/ by scripts/generate-manifest.mjs; do not edit.
import type { ModelStage } from "./types.generated.ts";
/** A stage's manifest in the very form that the writer gives it, with texts that need no escape. */
const STAGE_TEXT =
  /^# \+argocd:skip-file-rendering\napiVersion: "modeltrail\.dev\/v1"\nkind: "ModelStage"\nmetadata:\n  name: "(?=[ !#-[\]-~]{0,160}")([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?(?="))"\n  labels:\n    modeltrail\.dev\/model: "(?=[ !#-[\]-~]{0,256}")([^"]*(?="))"\n    modeltrail\.dev\/stage: "(?=[ !#-[\]-~]{0,256}")([^"]*(?="))"\n  annotations:\n    config\.kubernetes\.io\/local-config: "true"\nspec:\n  model: "(?=[ !#-[\]-~]{0,81}")((?:[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?\/)?[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?(?="))"\n  stage: "(?=[ !#-[\]-~]{0,40}")([a-z](?:[-a-z0-9]{0,38}[a-z0-9])?(?="))"\n  version: "(?=[ !#-[\]-~]{0,63}")(v?(?:0|[1-9][0-9]{0,15})\.(?:0|[1-9][0-9]{0,15})\.(?:0|[1-9][0-9]{0,15})(?:-[0-9a-z-]+(?:\.[0-9a-z-]+)*)?(?="))"\n  artifact:\n    uri: "(?=[ !#-[\]-~]{0,2048}")((?:s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/|file:)[^"\\\u0000-\u001f\u007f]+(?="))"\n    digest: "(?=[ !#-[\]-~]{0,71}")(sha256:[0-9a-f]{64}(?="))"\n    format: "(?=[ !#-[\]-~]{0,40}")((?!(?:y|n|yes|no|on|off|true|false|null)(?="))[a-z](?:[-_a-z0-9]{0,38}[a-z0-9])?(?="))"\n    formatVersion: "(?=[ !#-[\]-~]{0,32}")([0-9A-Za-z](?:[-._0-9A-Za-z]{0,30}[0-9A-Za-z])?(?="))"\n    sizeBytes: "(?=[ !#-[\]-~]{0,16}")((?:0|[1-9][0-9]{0,15})(?="))"\n$/;
/** Reads such a text; undefined says nothing about any other. */
export function readStageText(text: string): ModelStage | undefined {
  const found = STAGE_TEXT.exec(text);
  if (found === null) return undefined;
  const [
    ,
    text0 = "",
    text1 = "",
    text2 = "",
    text3 = "",
    text4 = "",
    text5 = "",
    text6 = "",
    text7 = "",
    text8 = "",
    text9 = "",
    text10 = "",
  ] = found;
  return {
    apiVersion: "modeltrail.dev/v1",
    kind: "ModelStage",
    metadata: {
      name: text0,
      labels: { "modeltrail.dev/model": text1, "modeltrail.dev/stage": text2 },
      annotations: { "config.kubernetes.io/local-config": "true" },
    },
    spec: {
      model: text3,
      stage: text4,
      version: text5,
      artifact: { uri: text6, digest: text7, format: text8, formatVersion: text9, sizeBytes: text10 },
    },
  };
}
