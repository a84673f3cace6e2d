import type { Engine } from "./engine.ts";
import { IsomorphicSource } from "./isomorphic-source.ts";
import type { Layout } from "./locate.ts";
import type { RefFiles } from "./ref-files.ts";
import type { RemoteAccess } from "./remote-credentials.ts";

export function createIsomorphicEngine(layout: Layout, files: RefFiles, access: RemoteAccess): Engine {
  const source = new IsomorphicSource(layout, files);
  return {
    name: "isomorphic",
    source,
    index: async () => {
      const { IndexFile } = await import("./index-file.ts");
      return new IndexFile(layout);
    },
    history: async (objects) => {
      const { WalkedHistory } = await import("./first-parent.ts");
      return new WalkedHistory(objects, layout);
    },
    remote: async (refs, objects) => {
      const { IsomorphicRemote } = await import("./isomorphic-remote.ts");
      return new IsomorphicRemote({ layout, refs, objects, source, access });
    },
    // Every file would have to be read and hashed.
    isDirty: () => Promise.resolve(undefined),
  };
}
