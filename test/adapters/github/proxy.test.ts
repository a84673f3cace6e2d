import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { routedFetch } from "../../../src/adapters/github/proxied-fetch.ts";
import { proxiesOf } from "../../../src/composition/proxies.ts";
import { HttpProxyServer } from "../../servers/http-proxy.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
let proxy: HttpProxyServer;
beforeEach(async () => {
  place = await openPlace();
  proxy = await HttpProxyServer.start("ada:secret");
});
afterEach(async () => {
  await proxy.stop();
  await place.close();
});

/** Which way a question took. */
async function ask(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const forge = await place.open({ proxies: proxiesOf(env) });
  const before = proxy.requests.length;
  expect(await forge.listOpen()).toEqual([]);
  return proxy.requests.slice(before);
}

describe("GitHub behind a proxy", () => {
  it("is asked through the one that the environment names, unless it is excepted", async () => {
    const address = `http://ada:secret@${proxy.host}`;
    const [host = ""] = place.world.server.url.split("//").slice(1);
    expect(await ask({ http_proxy: address })).toEqual([
      expect.stringContaining(`GET http://${host}/api/v3`),
    ]);
    expect(await ask({ HTTP_PROXY: address.replace("http://", "") })).toHaveLength(1);
    expect(await ask({ ALL_PROXY: address })).toHaveLength(1);
    expect(await ask({ HTTPS_PROXY: address })).toEqual([]);
    for (const except of ["*", "127.0.0.1", `example.com, ${host}`])
      expect(await ask({ http_proxy: address, NO_PROXY: except }), except).toEqual([]);
    for (const except of ["127.0.0.1:1", "0.0.1.com"])
      expect(await ask({ http_proxy: address, NO_PROXY: except }), except).toHaveLength(1);
  });

  it("says what is wrong with the proxy, without its password", async () => {
    const stranger = await place.open({
      proxies: proxiesOf({ http_proxy: `http://ada:wrong@${proxy.host}` }),
    });
    await expect(stranger.listOpen()).rejects.toMatchObject({
      code: "CREDENTIALS",
      // Nothing in it looks like a secret, which would be taken out.
      hint: expect.stringMatching(/^(?!.*\*\*\*).*proxy.*HTTPS_PROXY/),
    });
    const gone = await place.open({
      proxies: proxiesOf({ http_proxy: "http://ada:secret@127.0.0.1:39999" }),
    });
    await expect(gone.listOpen()).rejects.toMatchObject({
      code: "NETWORK",
      message: expect.stringMatching(/^(?!.*secret).*proxy http:\/\/127\.0\.0\.1:39999/),
    });
    await expect(
      place.open({ proxies: proxiesOf({ http_proxy: "socks5://127.0.0.1:39999" }) }),
    ).rejects.toMatchObject({
      code: "NETWORK",
    });
  });

  it("takes a tunnel for an address with TLS", async () => {
    const to = "https://127.0.0.1:39999/";
    const send = routedFetch(new URL(to), proxiesOf({ https_proxy: `http://ada:wrong@${proxy.host}` }));
    await expect(send(to)).rejects.toThrow(/407/);
    expect(proxy.requests).toEqual(["CONNECT 127.0.0.1:39999"]);
  });
});
