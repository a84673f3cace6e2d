import type { Engine } from "./engine.ts";
import type { Layout } from "./locate.ts";
import type { NativeGit } from "./native-process.ts";
import { NativeSource } from "./native-source.ts";
import type { RemoteAccess } from "./remote-credentials.ts";
import { promisorRemote } from "./supported.ts";

export function createNativeEngine(layout: Layout, git: NativeGit, access: RemoteAccess): Engine {
  return {
    name: "native",
    source: new NativeSource(git, promisorRemote(layout.config)),
    index: async () => {
      const { NativeIndex } = await import("./index-native.ts");
      return new NativeIndex(git, layout);
    },
    history: async (objects) => {
      const { NativeHistory } = await import("./native-history.ts");
      return new NativeHistory(git, objects, layout);
    },
    remote: async (refs) => {
      const { NativeRemote } = await import("./native-remote.ts");
      return new NativeRemote({ git, layout, refs, access });
    },
    isDirty: async () =>
      (await git.must(["status", "--porcelain", "-z", "--untracked-files=normal"])).length > 0,
  };
}
